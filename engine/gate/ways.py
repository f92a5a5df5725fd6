"""The way out of each finding: what an author does about it, a sentence a rule."""

from __future__ import annotations

from collections.abc import Mapping

Way = tuple[str, str]

#: Rule → (Chinese, English). `docs/gate/` repeats the English sentence on the page of the rule.
WAYS: Mapping[str, Way] = {
    "xml": (
        "请在绘图工具里重新导出 BPMN 2.0 文件（UTF-8，2 MB 以内，不含 DOCTYPE），再导入。",
        "Export the file again as BPMN 2.0 (UTF-8, at most 2 MB, without a DOCTYPE) and import it.",
    ),
    "elements": (
        "请改用工具栏里有的元素，或删除这个元素。",
        "Use an element of the palette instead, or remove this one.",
    ),
    "events": (
        "请换成这个位置可用的事件类型，或把事件移到合适的位置。",
        "Choose an event that may stand here, or move the event.",
    ),
    "expressions": (
        '请在条件栏按示例改写，例如 next_step == "RETRY"；文字用双引号，比较用两个等号。',
        'Write the condition as in the example next_step == "RETRY": text in quotes, two equal signs.',
    ),
    "kinds": (
        "请把条件写成比较，定时写成时长或日期，多实例写成次数或名单。",
        "Write a comparison as a condition, a duration or date as a timer, a number or list as a loop.",
    ),
    "flows": (
        "请重新连线：起点和终点都在同一层，且不连到开始事件。",
        "Draw the flow again: both ends in one scope, and none of them a start event.",
    ),
    "loops": (
        "请在循环设置里写明次数、名单或条件，或取消循环。",
        "Give the loop its number, list or condition, or remove the loop.",
    ),
    "references": (
        "请重新选择所引用的对象，或删除这处引用。",
        "Choose again what is referred to, or remove the reference.",
    ),
    "size": (
        "请把一部分环节移到子流程或另一个流程，用调用活动连接。",
        "Move a part into a process of its own and call it.",
    ),
    "timers": (
        '请填写时长（如 P3D）、日期，或期限规则，例如 end_of_day(due("规则编号"))。',
        'Give a duration such as P3D, a date, or a deadline rule such as end_of_day(due("RULE")).',
    ),
    "ids": (
        "请在面板里改编号，只用字母、数字、下划线、点和连字符，不与别处相同。",
        "Change the id in the panel: letters, digits, underscore, dot and hyphen, used once.",
    ),
    "starts": (
        "请只保留一个普通开始事件；由消息启动的，各用不同的消息。",
        "Keep one start event without a trigger; message starts each have a message of their own.",
    ),
    "reachable": (
        "请补上连线：从开始事件走得到，并且走得到结束事件；不用的环节请删除。",
        "Connect the step with a start and an end, or remove it.",
    ),
    "gateways": (
        "请点选网关，为每条出路填写互不重叠的条件，并指定一条默认出路。",
        "Give every way out a condition of its own and mark one as the default.",
    ),
    "names": (
        "请在条件里改用已声明的变量，或在数据对象里声明它。",
        "Use a declared variable, or declare this one as a data object.",
    ),
    "waits": (
        "请在这一圈上放一个人工任务、消息或定时事件，或给循环写明最多次数。",
        "Put a task, a message or a time on the way round, or give the loop a maximum.",
    ),
    "calls": (
        "请先发布被调用的流程，或改选已发布的流程，并避免绕回自己。",
        "Release the called process first, or choose another that does not lead back here.",
    ),
    "boundaries": (
        "请把边界事件移到会等待的环节上，或合并等待同一件事的两个事件。",
        "Move the event to an activity that waits, or merge the two that wait for one thing.",
    ),
    "event_gateways": (
        "请让事件网关的每条出路直接连到一个等待事件，各等各的消息或时间。",
        "Let every way out lead straight to a waiting event with a message or time of its own.",
    ),
    "messages": (
        "请从消息目录里选择，例如 MSG-05。",
        "Choose a message of the catalogue, such as MSG-05.",
    ),
    "services": (
        "请从服务列表里选择，或改成人工任务。",
        "Choose a service of the list, or make it a task of a person.",
    ),
    "decisions": (
        "请从决策表列表里选择，例如 DT-08。",
        "Choose a decision table of the list, such as DT-08.",
    ),
    "roles": (
        "请在面板的“岗位”里选择由谁办理。",
        "Choose in the panel whose work it is.",
    ),
    "forms": (
        "请在面板的“表单”里选择已有表单，或先新建一张。",
        "Choose a form in the panel, or make a new one first.",
    ),
    "clauses": (
        "请在面板的“依据”里选择条款；本地做法选 LOCAL 并写明理由。",
        "Choose the clause in the panel; for a local practice choose LOCAL and give the reason.",
    ),
    "drawing": (
        "请在图上把它画出来，或用“文件”菜单里的“自动排版”重画整张图。",
        "Draw it, or let “Lay out anew” in the Files menu draw the whole diagram.",
    ),
    "second_opinion": (
        "请把这一处改成更简单的画法（拆开嵌套的网关或循环），再检查一次。",
        "Draw this part in a simpler way, without nested gateways or loops, and check again.",
    ),
    "annex": (
        "请打开旁边的表单或期限列表，按提示改正这一栏，或恢复随产品提供的内容。",
        "Open the list of forms or rules, mend the field named, or restore what is shipped.",
    ),
    "spelling": (
        "请按提示改正属性的名称，或在面板里重新选择；不需要的请删除。",
        "Correct the name as proposed, or choose again in the panel; remove what is not needed.",
    ),
    "attributes": (
        "请在面板里从列表中改选。",
        "Choose again from the list in the panel.",
    ),
    "deadlines": (
        "请改选已有的期限规则，或为这条规则改写起算环节和办结环节。",
        "Choose a rule there is, or give the rule other steps that open and meet it.",
    ),
    "minima": (
        "确因政策调整才可放宽，请在提交的原因里写明依据；否则请改回。",
        "Loosen it only where the policy changed, and name the ground in the reason; otherwise put it back.",
    ),
    "release": (
        "请让流程图只含这一个流程，编号与草稿一致。",
        "Let the diagram hold this one process, under the key of the draft.",
    ),
}
