// Every resource of the double by its token. A conformance test compares inputs and outputs with the types of
// @pulumi/aws; replacements, defaults and what the provider chooses are those of the Terraform provider.
import type { Table } from "../../bridge/bridged";
import { eip, eipAssociation, keyPair, securityGroup, securityGroupRule } from "./ec2";
import { instanceProfile, role, rolePolicy } from "./iam";
import { instance } from "./instance";

export const tables: Readonly<Record<string, Table>> = {
  "aws:ec2/eip:Eip": eip,
  "aws:ec2/eipAssociation:EipAssociation": eipAssociation,
  "aws:ec2/instance:Instance": instance,
  "aws:ec2/keyPair:KeyPair": keyPair,
  "aws:ec2/securityGroup:SecurityGroup": securityGroup,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule,
};
