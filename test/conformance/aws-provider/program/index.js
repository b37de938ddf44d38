// The resources and data sources that a test lists; see declare.js. What data sources find are the stack's outputs.
// The classes are loaded one by one: all of the SDK takes seconds.
const { declare } = require("../../declare");

const classes = {
  Provider: require("@pulumi/aws/provider").Provider,
  Eip: require("@pulumi/aws/ec2/eip").Eip,
  EipAssociation: require("@pulumi/aws/ec2/eipAssociation").EipAssociation,
  Instance: require("@pulumi/aws/ec2/instance").Instance,
  KeyPair: require("@pulumi/aws/ec2/keyPair").KeyPair,
  SecurityGroup: require("@pulumi/aws/ec2/securityGroup").SecurityGroup,
  InstanceProfile: require("@pulumi/aws/iam/instanceProfile").InstanceProfile,
  Role: require("@pulumi/aws/iam/role").Role,
  RolePolicy: require("@pulumi/aws/iam/rolePolicy").RolePolicy,
  EgressRule: require("@pulumi/aws/vpc/securityGroupEgressRule").SecurityGroupEgressRule,
  IngressRule: require("@pulumi/aws/vpc/securityGroupIngressRule").SecurityGroupIngressRule,
};

const functions = {
  getElasticIp: require("@pulumi/aws/ec2/getElasticIp").getElasticIpOutput,
  getSecurityGroup: require("@pulumi/aws/ec2/getSecurityGroup").getSecurityGroupOutput,
  getSubnet: require("@pulumi/aws/ec2/getSubnet").getSubnetOutput,
  getSubnets: require("@pulumi/aws/ec2/getSubnets").getSubnetsOutput,
  getVpc: require("@pulumi/aws/ec2/getVpc").getVpcOutput,
  getAvailabilityZones: require("@pulumi/aws/getAvailabilityZones").getAvailabilityZonesOutput,
  getCallerIdentity: require("@pulumi/aws/getCallerIdentity").getCallerIdentityOutput,
  getRegion: require("@pulumi/aws/getRegion").getRegionOutput,
  getParameter: require("@pulumi/aws/ssm/getParameter").getParameterOutput,
};

const made = declare(classes, functions);
const isFound = ([, value]) => !(value instanceof require("@pulumi/pulumi").Resource);
module.exports = Object.fromEntries(Object.entries(made).filter(isFound));
