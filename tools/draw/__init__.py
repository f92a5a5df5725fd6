"""Draw the BPMN files of bpmn/ from the process list in bpmn/policy and one short spec per process.

`python -m tools.draw P04` redraws one process, `python -m tools.draw` all of them, the overview included.
The files under bpmn/ are what runs; this tool is for laying them out again after a change of the list.
"""
