"""The notice as the State Council publishes it gives the same year as the data we ship."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.calendar import WorkCalendar
from engine.errors import FormInvalid
from tasks.holiday_notice import read_notice
from tasks.imports import calendar_of_text

CALENDAR = WorkCalendar.load(Path(__file__).parents[2] / "bpmn" / "calendars")
NOTICES = {
    2024: """国务院办公厅关于2024年
部分节假日安排的通知
国办发明电〔2023〕7号
经国务院批准，现将2024年元旦、春节等放假调休日期的具体安排通知如下。
一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等\
制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。""",
    2025: """一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}


@pytest.mark.parametrize("year", sorted(NOTICES))
def test_a_pasted_notice_gives_every_working_day_of_the_shipped_year(year: int) -> None:
    read = calendar_of_text(NOTICES[year], year)
    days = [d for n in range(366) if (d := date(year, 1, 1) + timedelta(days=n)).year == year]
    assert [d for d in days if read.is_working(d) != CALENDAR.is_working(d)] == []
    assert "元旦" in read.holidays.values()


def test_the_title_and_number_of_a_notice_become_its_source() -> None:
    said = "国务院办公厅关于2024年部分节假日安排的通知（国办发明电〔2023〕7号）"
    assert read_notice(NOTICES[2024], 2024).source == said


def test_a_holiday_that_begins_in_december_keeps_the_days_of_its_own_year() -> None:
    read = read_notice("一、元旦：2022年12月31日（星期六）至2023年1月2日放假调休，共3天。", 2023)
    assert sorted(read.holidays) == [date(2023, 1, 1), date(2023, 1, 2)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("各位同事新年好", "没有找到放假安排"),
        ("一、元旦：30日至3日放假", "日期缺少月份"),
        ("一、春节：2月10日至1月3日放假", "没有读懂"),
        ("一、元旦：2026年12月31日（周四）至2027年1月2日放假", "2026年12月31日不在2027年内"),
        ("一、清明节：4月31日放假", "没有读懂"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_words(text: str, said: str) -> None:
    with pytest.raises(FormInvalid) as refused:
        read_notice(text, 2027)
    assert said in refused.value.problems[0][1]
