"""Two loads that touch, restate and leave alone days of one another, for the tests of publishing and of damage."""

FIRST = """
id | at               | outcome  | region | reasons   | amount | updated              | times
a  | 2026-10-05 09:00 | refused  | CN-GD  | U101 U201 | 10.10  |                      | 4
b  | 2026-10-06 10:00 | approved | CN-SH  |           | 20     |                      | 3
x  | 2026-10-07 11:00 | pending  |        |           |        | 2026-10-07T04:00:00Z |
"""
SECOND = """
id  | at               | outcome  | region | reasons   | amount | updated
x   | 2026-10-07 11:00 | refused  | CN-GD  | Z999 P101 | 30     | 2026-10-08T04:00:00Z
y   | 2026-10-07 12:00 | refused  | CN-BJ  | U101      | 0.01   |
z   | 2026-10-09 13:00 | excluded | CN-BJ  |           | 5      |
"""
