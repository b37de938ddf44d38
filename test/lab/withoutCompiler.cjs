// Preloaded into Pulumi programs of tests. The language host always has the SDK register ts-node, and the SDK loads the
// TypeScript compiler and npm's Arborist for the serialization of functions, and the source maps of all that may be in a
// stack trace, which none of these programs need: that is more than half of what a program takes. Node.js strips types
// by itself; the rest is loaded when it is first used.
const Module = require("node:module");

const wanted = new Set(["typescript", "@npmcli/arborist"]);
const load = Module._load;

delete process.env.PULUMI_NODEJS_TYPESCRIPT;
Module._load = function (request, ...others) {
  if (request === "source-map-support/register") return {};
  const loaded = () => load.call(this, request, ...others);
  // What says that it is an ES module is not copied by the SDK's imports.
  return wanted.has(request) ? new Proxy({}, { get: (_, name) => name === "__esModule" || loaded()[name] }) : loaded();
};
