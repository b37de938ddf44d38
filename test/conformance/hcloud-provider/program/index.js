// The resources and data sources that a test lists; see declare.js. What data sources find are the stack's outputs.
const hcloud = require("@pulumi/hcloud");
const { declare } = require("../../declare");

const names = ["getServer", "getNetwork", "getFirewall", "getFloatingIp", "getImage", "getSshKey"];
const functions = Object.fromEntries(names.map((name) => [name, hcloud[`${name}Output`]]));

const made = declare(hcloud, functions);
const isFound = ([, value]) => !(value instanceof require("@pulumi/pulumi").Resource);
module.exports = Object.fromEntries(Object.entries(made).filter(isFound));
