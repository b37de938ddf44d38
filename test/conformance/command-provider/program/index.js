// Declares the resources listed in the file RESOURCES: { NAME: { type, args, options } }. What JSON cannot say is
// written as { $secret }, { $text }, { $file }, { $archive } or { $output: "NAME.PROPERTY" }, of an earlier resource.
// JavaScript, so that the engine starts it quickly.
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { local, remote } = require("@pulumi/command");

/** A resource of any type; the SDK's classes would not let a test leave out what is required. */
class Raw extends pulumi.CustomResource {}

const classes = {
  "local.Command": local.Command,
  "remote.Command": remote.Command,
  "remote.CopyToRemote": remote.CopyToRemote,
};
const made = {};

function revive(value) {
  if (Array.isArray(value)) {
    return value.map(revive);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ("$secret" in value) {
    return pulumi.secret(revive(value.$secret));
  }
  if ("$text" in value) {
    return new pulumi.asset.StringAsset(value.$text);
  }
  if ("$file" in value) {
    return new pulumi.asset.FileAsset(value.$file);
  }
  if ("$archive" in value) {
    return new pulumi.asset.FileArchive(value.$archive);
  }
  if ("$output" in value) {
    const [name, property] = value.$output.split(".");
    return made[name][property];
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
}

for (const [name, { type, args, options }] of Object.entries(JSON.parse(readFileSync(process.env.RESOURCES, "utf8")))) {
  const Class = classes[type];
  made[name] = Class ? new Class(name, revive(args), options) : new Raw(type, name, revive(args), options);
}
