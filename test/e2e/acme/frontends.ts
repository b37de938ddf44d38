// Frontends of a pair on the platform `existing` that get certificates from the tests' authority.
import type { AcmeArgs, FrontendArgs } from "../../../src";
import type { PairSettings } from "../../pair/pair";
import { monitoring } from "../prometheus";
import { authorities, directoryUrl, externalAccount } from "./authority";

export const [shop, office, late] = ["www.shop.test", "office.test", "late.test"] as const;
export const ports = { [shop]: 443, [office]: 8443, [late]: 9443 } as const;
export type Name = keyof typeof ports;

/** One certificate, from an authority that wants an account of elsewhere. */
export function withAccount(): PairSettings {
  const account = { email: "hostmaster@shop.test", externalAccount: { ...externalAccount, hmacKey: "secret:hmacKey" } };
  const acme = { domains: [shop, "shop.test"], ...fromAuthority(), ...account };
  return { ...settings(secure(shop, acme)), secrets: { hmacKey: externalAccount.hmacKey } };
}

/** Two, with no more than has to be said. */
export function withoutAccount(): PairSettings {
  return settings(
    secure(shop, { domains: [shop, "shop.test"], ...fromAuthority() }),
    secure(office, { domains: [office], keyType: "rsa-2048", ...fromAuthority() }),
  );
}

export const fromAuthority = () => ({ directoryUrl, authorities: authorities() });

export function secure(name: Name, acme: AcmeArgs): FrontendArgs {
  return { name: name.replaceAll(".", "-"), port: ports[name], tls: { acme }, defaultBackend: "app" };
}

function settings(...frontends: readonly FrontendArgs[]): PairSettings {
  return { frontends: [{ name: "plain", port: 80, redirectToHttps: true }, ...frontends], haproxy: { monitoring } };
}
