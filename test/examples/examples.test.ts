// The examples as they stand, deployed by the real engine and used as their users would. One after the other on the same
// hosts: each changes what the one before has left there.
import { withLab } from "../e2e/labForTests";
import type { Lab } from "../lab/lab";
import { apiGateway } from "./apiGateway";
import { customPlatform } from "./customPlatform";
import { mail } from "./mail";
import { postgresql } from "./postgresql";
import { installServers } from "./servers/install";
import { webShop } from "./webShop";

describe("the examples", function () {
  this.timeout(600_000);
  let lab: Lab;
  let installed: Promise<void>;
  withLab("provisioning", (started) => {
    lab = started;
    installed = installServers(lab);
    // Who needs it waits for it, and fails then; the first examples need not wait.
    installed.catch(() => {});
  });

  const theLab = () => lab;
  const servers = () => installed;
  describe("web-shop", () => webShop(theLab));
  describe("api-gateway", () => apiGateway(theLab));
  describe("postgresql", () => postgresql(theLab, servers));
  describe("mail", () => mail(theLab, servers));
  describe("custom-platform", () => customPlatform(theLab));
});
