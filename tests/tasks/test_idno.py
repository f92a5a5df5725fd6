"""Identity numbers by GB 11643."""

from __future__ import annotations

from datetime import date

import pytest

from tasks import idno

TODAY = date(2026, 3, 9)
WOMAN = "110113198401010023"


def test_a_good_number_tells_sex_and_date_of_birth() -> None:
    number = idno.parse(WOMAN, TODAY)
    assert (number.sex, number.birth_date) == ("F", date(1984, 1, 1))
    assert idno.parse("11010519491231002X", TODAY).sex == "F"
    assert idno.parse("110113197003150034", TODAY).sex == "M"


def test_the_masked_number_hides_the_date_of_birth() -> None:
    assert idno.parse(WOMAN, TODAY).masked == "110113********0023"


@pytest.mark.parametrize(
    "typed", ["１１０１０５１９４９１２３１００２Ｘ", "11010519491231002x", " 110105 19491231 002X "]
)
def test_full_width_small_letters_and_blanks_are_forgiven(typed: str) -> None:
    assert idno.parse(typed, TODAY).value == "11010519491231002X"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("110105491231002", "15位旧身份证号"),
        ("", "请填写身份证号"),
        ("1101131984010100231", "应为18位"),
        ("11011319840101002A", "最后一位为数字或X"),
        ("1101X3198401010023", "前17位应为数字"),
        ("990113198401010023", "不是省级代码"),
        ("110113198402300023", "出生日期"),
        ("110113299901010023", "出生日期"),
        ("110113198401010024", "校验不通过"),
        ("110113198410010023", "校验不通过"),
    ],
)
def test_a_wrong_number_is_refused_with_a_sentence_that_says_what_to_do(typed: str, said: str) -> None:
    with pytest.raises(idno.IdNumberError) as refused:
        idno.parse(typed, TODAY)
    assert said in refused.value.zh
    assert refused.value.zh.endswith("。")


def test_every_single_wrong_digit_is_found() -> None:
    for place in range(17):
        for digit in "0123456789":
            changed = WOMAN[:place] + digit + WOMAN[place + 1 :]
            if changed != WOMAN:
                with pytest.raises(idno.IdNumberError):
                    idno.parse(changed, TODAY)
