// Every data source of the double by its token.
import type { FunctionType } from "../../protocol/provider";
import type { Aws } from "../api/aws";
import { getAvailabilityZones, getCallerIdentity, getParameter, getRegion } from "./account";
import { getElasticIp, getSecurityGroup, getSubnet, getSubnets, getVpc } from "./network";

export function functions(aws: Aws): Readonly<Record<string, FunctionType>> {
  return {
    "aws:ec2/getElasticIp:getElasticIp": getElasticIp(aws),
    "aws:ec2/getSecurityGroup:getSecurityGroup": getSecurityGroup(aws),
    "aws:ec2/getSubnet:getSubnet": getSubnet(aws),
    "aws:ec2/getSubnets:getSubnets": getSubnets(aws),
    "aws:ec2/getVpc:getVpc": getVpc(aws),
    "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones(aws),
    "aws:index/getCallerIdentity:getCallerIdentity": getCallerIdentity(aws),
    "aws:index/getRegion:getRegion": getRegion(aws),
    "aws:ssm/getParameter:getParameter": getParameter(aws),
  };
}
