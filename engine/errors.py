"""What can be refused, and how it is said.

Every refusal is an `AidError`: a stable `code` (problem type over HTTP, `refused:` in scenarios), data in
attributes, and one sentence per language made from the data. The web layer chooses the status code.
"""

from __future__ import annotations

from typing import Any, ClassVar


class AidError(Exception):
    """Base of every refusal a person may see."""

    code: ClassVar[str] = "error"
    zh: ClassVar[str] = "操作没有完成。"
    en: ClassVar[str] = "The operation was not completed."

    def __init__(self, zh: str | None = None, en: str | None = None, **data: Any) -> None:
        self.data = data
        self._zh = zh
        self._en = en
        super().__init__(self.sentence("en"))

    def sentence(self, lang: str = "zh") -> str:
        """Return what is wrong and what to do, in Chinese (`zh`) or English."""
        template = self._zh or self.zh if lang == "zh" else self._en or self.en
        return template.format_map(_Forgiving(self.data))


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


class NotFound(AidError):
    """The object does not exist, or lies outside the reader's area (SEC-Z6: both look the same)."""

    code = "not_found"
    zh = "没有找到这条记录，可能已被删除，或不在您的辖区内。"
    en = "The record was not found, or it lies outside your area."


class StaleTask(AidError):
    """The user task is no longer open."""

    code = "stale_task"
    zh = "任务“{name}”已经不在办理状态（{state}）。请返回任务列表刷新。"
    en = "Task “{name}” is no longer open ({state}). Go back to the inbox."


class IllegalState(AidError):
    """The command does not fit the state it meets."""

    code = "illegal_state"
    zh = "当前状态不允许这样操作：{detail}"
    en = "The current state does not allow this: {detail}"


class OutOfArea(AidError):
    """The object lies outside the actor's area."""

    code = "out_of_area"
    zh = "这项工作不在您的辖区内，请由{area}的工作人员办理。"
    en = "This work lies outside your area."


class NotCandidate(AidError):
    """The actor has no role that may do this."""

    code = "not_candidate"
    zh = "您的岗位不能办理这项工作，它属于“{role}”。"
    en = "Your role may not do this; it belongs to “{role}”."


class FourEyes(AidError):
    """A second person must do this."""

    code = "four_eyes"
    zh = "这一步要由另一位工作人员复核：{who}已经办理了前一步。"
    en = "A second person must do this: {who} did the step before."


class AlreadyClaimed(AidError):
    """Somebody holds the task."""

    code = "already_claimed"
    zh = "任务已由{who}于{when}认领。"
    en = "The task was claimed by {who} at {when}."


class NotAssignee(AidError):
    """Another person holds the task."""

    code = "not_assignee"
    zh = "任务由{who}办理，您不能代为办结。需要时请先转办。"
    en = "The task is held by {who}."


class GuardUnmet(AidError):
    """A condition of the step is not met."""

    code = "guard_unmet"
    zh = "还不能办结：{missing}"
    en = "Not yet: {missing}"


class CalendarUnknown(AidError):
    """The working-day calendar of a year is not known; a date is never guessed (AMB-52)."""

    code = "calendar_unknown"
    zh = "{year}年的工作日历尚未发布，无法计算期限。请管理员导入该年日历。"
    en = "The working-day calendar of {year} is not known yet."


class DuplicatePerson(AidError):
    """A person with this identity number is on file."""

    code = "duplicate_person"
    zh = "该身份证号已有档案：{name}。请直接使用原档案。"
    en = "A file with this identity number exists: {name}."


class PossibleDuplicate(AidError):
    """Persons of the same name and birth date are on file, and nobody said why this is another one."""

    code = "possible_duplicate"
    zh = "已有{count}份姓名和出生日期都相同的档案，可能是同一人。请先核对；确是另一人的，写明理由后再建档。"
    en = "{count} file(s) with this name and date of birth exist. If it is another person, say why."


class CaseActive(AidError):
    """The person has an active case."""

    code = "case_active"
    zh = "{name}已有正在办理的案件{case_no}，不能重复申请。"
    en = "{name} already has an active case {case_no}."


class Paused(AidError):
    """The instance is suspended."""

    code = "paused"
    zh = "该流程已由督导挂起，激活后才能继续办理。"
    en = "A supervisor suspended the instance; it has to be resumed first."


class RateLimited(AidError):
    """Too many attempts."""

    code = "rate_limited"
    zh = "操作过于频繁，请{seconds}秒后再试。"
    en = "Too many attempts; try again in {seconds} seconds."


class FormInvalid(AidError):
    """A form was not accepted; `problems` lists (field, Chinese sentence, English sentence)."""

    code = "form_invalid"
    zh = "表单有{count}处需要改正。"
    en = "{count} fields need correction."

    def __init__(self, problems: list[tuple[str, str, str]], **data: Any) -> None:
        self.problems = problems
        super().__init__(count=len(problems), **data)


class EngineFault(AidError):
    """The diagram could not go on; becomes an incident that a person can see and retry."""

    code = "incident"
    zh = "流程在“{element}”处出现异常，已记录为故障单，管理员处理后可以重试：{detail}"
    en = "The process failed at “{element}”: {detail}"


class Unavailable(AidError):
    """The database cannot be read or written now; `data["kind"]` is full, lost or busy."""

    code = "unavailable"
    zh = "系统暂时无法保存：{why}。请把内容留在页面上，稍后再点一次；不确定是否已保存时，先刷新查看。"
    en = "Nothing can be saved now: {reason}. Keep the page open and try again later."

    def __init__(self, kind: str) -> None:
        why, reason = {
            "full": ("数据库所在磁盘已满或不能写入，请联系系统管理员", "the disk of the database is full"),
            "lost": ("与数据库的连接中断", "the connection to the database was lost"),
            "busy": ("数据库正忙", "the database is busy"),
        }[kind]
        super().__init__(kind=kind, why=why, reason=reason)
