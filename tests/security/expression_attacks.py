"""Payloads for the expression language: every one must be refused.

MARKER stands for a file that must not appear.
"""

from __future__ import annotations

_ESCAPES = """
__import__('os').system('touch MARKER')
__import__('subprocess').call(['touch', 'MARKER'])
__builtins__
__builtins__['open']('MARKER', 'w')
__class__
_private
__name__
open('MARKER', 'w')
open('MARKER', 'w').write('x')
open('/etc/passwd').read()
exec('open("MARKER", "w")')
eval('1')
eval('__import__("os")')
compile('1', '', 'eval')
globals()
locals()
vars()
dir()
vars(outcome)
getattr(outcome, '__class__')
setattr(facts, 'a', 1)
delattr(facts, 'a')
hasattr(outcome, 'x')
type(outcome)
type('X', (), {})
object()
input()
breakpoint()
help()
print(1)
memoryview(b'1')
super()
id(outcome)
().__class__
().__class__.__base__.__subclasses__()
[].__class__.__mro__[1].__subclasses__()
''.__class__.__mro__
"".join(["a"])
outcome.upper()
outcome.__class__
outcome.format
'{0.__class__}'.format(outcome)
'%s' % outcome
'%1000000000d' % 1
f'{outcome}'
f'{__import__("os").system("touch MARKER")}'
f'{outcome!r:>1000000000}'
due.__globals__
due.__closure__
due.__code__.co_code
(due).__call__('x')
due('x').year
due('x').__class__
facts.clear()
facts['a'].b
facts.__class__
facts[0:1]
facts[::]
facts['missing']
outcome[0]
numbers[0]
numbers[1]
outcome['N']
numbers[0:2]
[1, 2, 3][0]
(lambda: 1)()
lambda: 1
(lambda f: f(f))(lambda f: f(f))
[x for x in numbers]
[x for x in [].__class__.__bases__]
{x for x in numbers}
{x: 1 for x in numbers}
(x for x in numbers)
[*numbers]
due(*numbers)
due(**facts)
due(key='x')
(y := 1)
[y := 1, y]
{1, 2}
{'a': 1}
{**facts}
9 ** 9
9 ** 9 ** 9
2 ** -1
failed_count ** failed_count
1 << 1000000
1 >> 1
1 | 2
1 & 2
1 ^ 2
~1
7 // 2
1 @ 2
'a' * 1000000000
1000000000 * 'a'
numbers * 1000000
[0] * 1000000
outcome * failed_count
true * 'a'
'a' + 1
1 + 'a'
none + 1
missing
missing == 1
missing_function('x')
True()
'a'()
1()
due('x')('y')
(due)('x')()
due == due
due
outcome is outcome
outcome is not none
none < 1
none >= none
outcome < 3
outcome > true
numbers < 3
facts < facts
day < 'tomorrow'
day == 'not a day'
day < 3
1 in 1
1 in outcome
1 in none
1 / 0
1 % 0
1 / false
-outcome
+none
1e400
1e308 * 10
10 ** 18
1000000000000000001
999999999999999999 * 999999999999999999
1j
b'bytes'
...
import os
from os import system
x = 1
x += 1
del x
pass
return 1
yield 1
await due('x')
async lambda: 1
assert 1
raise due
while true: pass
for x in numbers: pass
if 1: pass
def f(): pass
class X: pass
with open('MARKER') as f: pass
try: pass
global x
1; 2
1, ; 2
1 if
if true
and
== 1
(
)
[
"unterminated
'unterminated
\"\"\"
\\
#only a comment
@due
$outcome
outcome ? 1 : 2
outcome && 1
!outcome
`id`
$(id)
{{ 7 * 7 }}
<script>
due('x'
failed_count >=
"""

_NEST = 60
GENERATED = [
    "",
    " ",
    "\n",
    "\t",
    "1\n2",
    "1\\\n+ x.y",
    "x" * 2_000,
    "1 + " * 120 + "1",
    "+".join(["1"] * 600),
    "(" * 480 + "1" + ")" * 480,
    "[" * _NEST + "]" * _NEST,
    "-" * 500 + "1",
    "not " * _NEST + "true",
    " and ".join(["true"] * 250),
    "[" + ",".join(["1"] * 400) + "]",
    "outcome == " + " == ".join(["1"] * 300),
    "1" * 900,
    "0x" + "f" * 500,
    "9" * 19,
    "1e" + "9" * 20,
    "due(" * _NEST + "1" + ")" * _NEST,
    "1 if true else " * 70 + "1",
    "\0",
    "out\0come",
    "outcome\u202e == 'HIRED'",
    "ｏｐｅｎ('MARKER')",
    "𝓮𝓿𝓪𝓵('1')",
    "__𝒊mport__('os')",
    "\ud800",
    "'" + "a" * 1_200 + "'",
    "due('" + "x" * 990 + "').y",
]

PAYLOADS = [line for line in _ESCAPES.splitlines() if line] + GENERATED
