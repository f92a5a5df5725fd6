"""The operator takes a login code away, as when an administrator lost the telephone (SEC-A4)."""

from __future__ import annotations

from engine.clock import to_us
from tasks import installation
from tasks.store import accounts, factors
from tests.cli.conftest import Call


def test_an_administrator_who_lost_his_telephone_is_helped_by_the_operator(call: Call) -> None:
    call("init")
    app = installation.open_app(installation.place(None))
    with app.write() as conn:
        found = accounts.account_by_username(conn, "security.admin")
        assert found is not None
        user = found["id"]
        factors.put_factor(
            conn, user, secret=app.keys.seal("JBSWY3DPEHPK3PXP", "x"), last_step=1,
            enrolled_at=to_us(app.clock.now()),
        )  # fmt: skip
        factors.put_recovery(conn, user, ["a", "b"])
    done = call("second-factor", "security.admin", "--reason", "手机丢失，主任批准")
    assert (done.code, "已取消" in done.out) == (0, True)
    with app.read() as conn:
        assert factors.factor_of(conn, user) is None
        assert factors.recovery_left(conn, user) == 0
        told = conn.exec_driver_sql("SELECT origin, data FROM event WHERE kind = 'SecondFactorReset'").all()
    app.db.dispose()
    assert [origin for origin, _data in told] == ["cli"]
    assert "主任批准" in told[0][1]
    call("second-factor", "security.admin").require_refused("没有启用登录验证码")
    call("second-factor", "nobody").require_refused("nobody")
