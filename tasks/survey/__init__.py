"""The questionnaire of the household survey: its questions, its answers, its workbook and its analysis.

The one source is `bpmn/policy/survey.json` (RULES section F); page, workbook, check and analysis read it.
"""
