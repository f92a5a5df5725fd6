"""The beginning that every road has in common: a new person comes to the counter and is recognised."""

from __future__ import annotations

from tests.browser.conftest import DeskOf

PERSON = "高秀兰"
ID_NO = "110113197801150020"
FAILED = {"结果": "未就业", "未成功的原因": "岗位原因"}
APPLICATION = {"申请渠道": "窗口", "非农业户籍": True, "符合失业条件": True}
FACTS = {
    "有劳动能力": True, "有就业愿望": True, "家庭经济状况": "特别困难", "失业起始日": "2024-03-01",
}  # fmt: skip


def recognised(desk: DeskOf, person: str = PERSON, id_no: str = ID_NO) -> str:
    """Take the person from the counter to community assistance; return the address of the case."""
    street = desk("staff.rh")
    case = street.register(person, id_no).take_application()
    street.work("核查申请材料", person, APPLICATION)
    street.work("指导填写认定申请登记表", person, FACTS)
    for task in ("即时录入子系统", "发证", "当场发放材料并告知"):
        street.work(task, person)
    street.work("认定", person, {"认定意见": "予以认定"})
    desk("sup.rh").work("复核认定", person, {"复核意见": "同意"})
    street.work("确认援助意愿", person, {"自愿接受就业援助": True})
    return case
