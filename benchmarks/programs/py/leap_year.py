def days_in_year(year: int) -> int:
    """Days of a year of the Gregorian calendar."""
    assert year > 0
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = 366 if leap else 365
    assert not (year % 4 == 0 and year % 100 != 0) or days == 366
    assert year % 4 == 0 or days == 365
    return days
