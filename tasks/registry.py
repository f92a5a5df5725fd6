"""Which function carries out which command. A test holds that every command has one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tasks import admin_commands as admin
from tasks import (
    casework,
    commands,
    drafts,
    grants,
    intake,
    office,
    releases,
    staff,
    supervision,
    taskwork,
    units,
)  # fmt: skip
from tasks import studio_commands as studio
from tasks.commands import Command, Done
from tasks.desk import Desk

HANDLERS: Mapping[type[Command], Callable[[Desk, Any], Done]] = {
    commands.RegisterPerson: intake.register_person,
    commands.SetFacts: intake.set_facts,
    commands.StartProcess: intake.start_process,
    commands.ClaimTask: taskwork.claim,
    commands.UnclaimTask: taskwork.unclaim,
    commands.CompleteTask: taskwork.complete,
    commands.SaveDraft: taskwork.save_draft,
    commands.ReassignTask: taskwork.reassign,
    commands.DelegateTask: taskwork.delegate,
    commands.SendBack: taskwork.send_back,
    commands.Withdraw: taskwork.withdraw,
    commands.SendMessage: casework.send_message,
    commands.Waive: casework.waive,
    commands.Exit: casework.exit_case,
    commands.FoundWork: casework.found_work,
    commands.LostJob: casework.lost_job,
    commands.ProposeClose: casework.propose_close,
    commands.AcceptHandOver: casework.accept,
    commands.ReturnHandOver: casework.give_back,
    commands.ExtendDeadline: casework.extend,
    commands.TransferCommunity: casework.transfer,
    commands.RecordBenefit: casework.record_benefit,
    commands.ExplainMissed: casework.explain_missed,
    commands.StartDuty: casework.start_duty,
    commands.VoidPaper: casework.void_paper,
    commands.AddPaper: supervision.add_paper,
    commands.SuspendInstance: supervision.suspend,
    commands.ResumeInstance: supervision.resume,
    commands.CancelInstance: supervision.cancel,
    commands.MoveToken: supervision.move,
    commands.RetryIncident: supervision.retry,
    commands.LoadCalendar: office.load_calendar,
    commands.ChangeSetting: office.change_setting,
    commands.Deploy: releases.deploy,
    studio.OpenDraft: drafts.open_draft,
    studio.SaveModel: drafts.save_model,
    studio.DiscardDraft: drafts.discard_draft,
    studio.SubmitRelease: releases.submit,
    studio.ApproveRelease: releases.approve,
    studio.RejectRelease: releases.reject,
    studio.ActivateRelease: releases.activate,
    studio.RetireRelease: releases.retire,
    studio.TakeBack: releases.take_back,
    admin.AddUnit: units.add,
    admin.RenameUnit: units.rename,
    admin.CloseUnit: units.close,
    admin.ReopenUnit: units.reopen,
    admin.CreateAccount: staff.create,
    admin.ChangeAccount: staff.change,
    admin.ResetPassword: staff.reset_password,
    admin.DisableAccount: staff.disable,
    admin.EnableAccount: staff.enable,
    admin.GrantRole: grants.grant,
    admin.GrantRoles: grants.grant_many,
    admin.RevokeRole: grants.revoke,
    admin.EndSessions: grants.end_sessions,
}
