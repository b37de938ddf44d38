// Declares the resources listed in the file RESOURCES: { NAME: { type, args, options } }. `type` is a class of the
// program's SDK, or a token for what the SDK would not let a test do. What JSON cannot say is written as { $secret },
// { $text }, { $file }, { $archive }, or { $output: "NAME.PROPERTY" } and { $number: the same }, of an earlier resource.
// Options may name an earlier resource for `provider`; an option `get` has the id of a resource to be read, not made.
// JavaScript, so that the engine starts it quickly.
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");

/** A resource of any type; the SDK's classes would not let a test leave out what is required. */
class Raw extends pulumi.CustomResource {}

function declare(classes, functions = {}) {
  const made = {};

  function output(path) {
    const [name, property] = path.split(".");
    return made[name][property];
  }

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
      return output(value.$output);
    }
    if ("$number" in value) {
      return output(value.$number).apply(Number);
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
  }

  function make(name, { type, args, options = {} }) {
    const { get, provider, dependsOn, ...others } = options;
    const given = {
      ...others,
      ...(provider && { provider: made[provider] }),
      ...(dependsOn && { dependsOn: dependsOn.map((other) => made[other]) }),
    };
    if (functions[type]) {
      return functions[type](revive(args), given);
    }
    const Class = classes[type];
    if (get) {
      return Class.get(name, get, undefined, given);
    }
    return Class ? new Class(name, revive(args), given) : new Raw(type, name, revive(args), given);
  }

  for (const [name, resource] of Object.entries(JSON.parse(readFileSync(process.env.RESOURCES, "utf8")))) {
    made[name] = make(name, resource);
  }
  return made;
}

module.exports = { declare };
