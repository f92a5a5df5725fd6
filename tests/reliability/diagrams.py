"""Workload W: three user tasks, a gateway, a three-day boundary timer and a message that ends it all."""

from __future__ import annotations

WORKLOAD_ID = "W_workload"

WORKLOAD = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:aid595="urn:aid595:bpmn:1"
 targetNamespace="urn:w">
<bpmn:message id="Msg_Stop" name="STOP"/>
<bpmn:process id="W_workload" name="W" isExecutable="true">
<bpmn:dataObject id="D_failed" name="failed" aid595:type="int"/>
<bpmn:dataObject id="D_hired" name="hired" aid595:type="bool"/>
<bpmn:startEvent id="W_Start"/>
<bpmn:userTask id="W_Visit" name="visit" aid595:role="community_staff"/>
<bpmn:exclusiveGateway id="W_Merge"/>
<bpmn:userTask id="W_Refer" name="refer" aid595:role="community_staff"/>
<bpmn:boundaryEvent id="W_Late" attachedToRef="W_Refer" cancelActivity="true"><bpmn:timerEventDefinition>
<bpmn:timeDuration xsi:type="bpmn:tFormalExpression">P3D</bpmn:timeDuration></bpmn:timerEventDefinition>
</bpmn:boundaryEvent>
<bpmn:boundaryEvent id="W_Stop" attachedToRef="W_Refer" cancelActivity="true">
<bpmn:messageEventDefinition messageRef="Msg_Stop"/></bpmn:boundaryEvent>
<bpmn:exclusiveGateway id="W_Outcome" default="F_again"/>
<bpmn:userTask id="W_Street" name="street" aid595:role="street_staff"/>
<bpmn:endEvent id="W_End"/>
<bpmn:sequenceFlow id="F_start" sourceRef="W_Start" targetRef="W_Visit"/>
<bpmn:sequenceFlow id="F_visited" sourceRef="W_Visit" targetRef="W_Merge"/>
<bpmn:sequenceFlow id="F_refer" sourceRef="W_Merge" targetRef="W_Refer"/>
<bpmn:sequenceFlow id="F_late" sourceRef="W_Late" targetRef="W_Street"/>
<bpmn:sequenceFlow id="F_stop" sourceRef="W_Stop" targetRef="W_End"/>
<bpmn:sequenceFlow id="F_out" sourceRef="W_Refer" targetRef="W_Outcome"/>
<bpmn:sequenceFlow id="F_hired" sourceRef="W_Outcome" targetRef="W_End" aid595:branch="HIRED">
<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">hired</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="F_third" sourceRef="W_Outcome" targetRef="W_Street" aid595:branch="THIRD">
<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">failed &gt;= 3</bpmn:conditionExpression>
</bpmn:sequenceFlow>
<bpmn:sequenceFlow id="F_again" sourceRef="W_Outcome" targetRef="W_Merge" aid595:branch="AGAIN"/>
<bpmn:sequenceFlow id="F_street" sourceRef="W_Street" targetRef="W_End"/>
</bpmn:process></bpmn:definitions>
"""
