// As much of some protocols as a health check hears, a name server whose every answer is the
// same list, and one for syslog.
import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";
import type { OriginState } from "./messages";

interface Protocol {
  /** What the server says first. */
  readonly greeting?: Buffer;
  /** What it says to each thing that it hears. */
  readonly answer: (heard: Buffer) => Buffer;
}

const text = (line: string) => Buffer.from(`${line}\r\n`);
const hex = (bytes: string) => Buffer.from(bytes.replaceAll(" ", ""), "hex");

/** Length in three bytes, the packet's number, and what is in it. */
const mysqlPacket = (number: number, body: Buffer) => Buffer.concat([Buffer.from([body.length, 0, 0, number]), body]);
const mysqlHandshake = Buffer.concat([
  hex("0a"),
  Buffer.from("8.0.0\0"),
  hex("01000000 6162636465666768 00 fff7 08 0200 ff81 15 00000000000000000000"),
  Buffer.from("ijklmnopqrst\0mysql_native_password\0"),
]);

export const protocols = {
  redis: { answer: (heard) => text(heard.includes("PING") ? "+PONG" : "-ERR") },
  smtp: {
    greeting: text("220 origin ESMTP"),
    answer: (heard) => text(heard.toString().startsWith("EHLO") ? "250 origin" : "221 bye"),
  },
  // AuthenticationOk, to a startup message that names a user.
  pgsql: { answer: (heard) => (heard.includes("user\0") ? hex("52 00000008 00000000") : hex("45 00000004")) },
  mysql: { greeting: mysqlPacket(0, mysqlHandshake), answer: () => mysqlPacket(2, hex("00 00 00 0200 0000")) },
  // The answer to a bind request: success.
  ldap: { answer: () => hex("30 0c 02 01 01 61 07 0a 01 00 04 00 04 00") },
} as const satisfies Record<string, Protocol>;

/** @param state asked anew for each connection */
export function protocolServer({ greeting, answer }: Protocol, state: () => OriginState): Server {
  return quietServer((socket) => {
    if (!state().fluent) {
      socket.end("what?\r\n");
      return;
    }
    if (greeting) socket.write(greeting);
    socket.on("data", (heard) => socket.write(answer(heard)));
  });
}

export function lineServer(name: string): Server {
  return quietServer((socket) => socket.once("data", () => socket.end(`${name}\n`)));
}

export function agentServer(state: () => OriginState): Server {
  return quietServer((socket) => socket.end(`${state().agent}\n`));
}

/** Clients may be gone before they have read everything. */
function quietServer(serve: (socket: Socket) => void): Server {
  return createServer((socket) => serve(socket.on("error", () => {})));
}

const TYPE_A = 1;
const HEADER = 12;

/** RFC 1035: repeats the question, and answers it when it is for IPv4 addresses. */
export function nameServer(state: () => OriginState): UdpSocket {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const end = query.indexOf(0, HEADER) + 5;
    const question = query.subarray(HEADER, end);
    const found = question.readUInt16BE(question.length - 4) === TYPE_A ? state().addresses : [];
    const records = found.map((address) =>
      // The name of the question, type A, class IN, kept for no second.
      Buffer.concat([hex("c00c 0001 0001 00000000 0004"), Buffer.from(address.split(".").map(Number))]),
    );
    const counts = Buffer.from([0, 1, 0, records.length, 0, 0, 0, 0]);
    socket.send(
      Buffer.concat([query.subarray(0, 2), hex("8580"), counts, question, ...records]),
      from.port,
      from.address,
    );
  });
  return socket;
}

/** RFC 3164 as far as a listener has to know it: one message in each datagram. */
export function messageServer(heard: (message: string) => void): UdpSocket {
  return createSocket("udp4").on("message", (message) => heard(message.toString()));
}
