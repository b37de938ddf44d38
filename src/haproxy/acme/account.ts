// The key of the pair's account with ACME's authorities. Derived from a secret that both nodes already depend on: so both
// know it, nothing has to be shared or kept, and a pair of new machines is no new customer. RSA, because the client in
// Debian 12 knows no other kind.
import { checkPrimeSync, createHash, createPrivateKey, hkdfSync } from "node:crypto";

export interface AcmeAccount {
  /** PEM of the private key. */
  readonly key: string;
  /** RFC 7638. */
  readonly thumbprint: string;
}

const EXPONENT = 65_537n;
const PRIME_BITS = 1024n;
/** Enough to spare nine of ten candidates the long test. */
const smallPrimes = primesBelow(10_000);

const known = new Map<string, AcmeAccount>();

/** @param secret who knows it can be a node of the pair */
export function acmeAccount(secret: string): AcmeAccount {
  const digest = createHash("sha256").update(secret).digest("hex");
  const account = known.get(digest) ?? derived(secret);
  known.set(digest, account);
  return account;
}

function derived(secret: string): AcmeAccount {
  const [p, q] = [prime(secret, "first"), prime(secret, "second")];
  const d = inverse(EXPONENT, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const jwk = { kty: "RSA", ...mapped(numbers, base64url) };
  const key = createPrivateKey({ key: jwk, format: "jwk" }).export({ format: "pem", type: "pkcs8" }) as string;
  // The order of members is part of the standard.
  const canonical = JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n });
  return { key, thumbprint: createHash("sha256").update(canonical).digest("base64url") };
}

/** The first one from a derived number on. Its two highest bits are set, so that the product has all its bits. */
function prime(secret: string, which: string): bigint {
  const bytes = hkdfSync("sha256", secret, "pulumi-ha-load-balancer", `acme account, ${which} prime`, 128);
  const start = BigInt(`0x${Buffer.from(bytes).toString("hex")}`) | (3n << (PRIME_BITS - 2n)) | 1n;
  const remainders = smallPrimes.map((small) => Number(start % BigInt(small)));
  for (let step = 0; ; step += 2) {
    if (smallPrimes.every((small, index) => ((remainders[index] as number) + step) % small !== 0)) {
      const candidate = start + BigInt(step);
      if (candidate % EXPONENT !== 1n && checkPrimeSync(candidate)) {
        return candidate;
      }
    }
  }
}

function primesBelow(limit: number): number[] {
  const isComposite = new Uint8Array(limit);
  return Array.from({ length: limit }, (_, number) => number).filter((number) => {
    for (let multiple = number * number; number > 1 && multiple < limit; multiple += number) {
      isComposite[multiple] = 1;
    }
    return number > 2 && !isComposite[number];
  });
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b > 0n) {
    const quotient = a / b;
    [a, b, x, y] = [b, a % b, y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

function base64url(number: bigint): string {
  const digits = number.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex").toString("base64url");
}

function mapped<Key extends string, From, To>(from: Readonly<Record<Key, From>>, change: (one: From) => To) {
  return Object.fromEntries(Object.entries<From>(from).map(([key, one]) => [key, change(one)])) as Record<Key, To>;
}
