// An HTTP proxy that connects to where it is told, as between a private network and the cloud's API. Ends with its input.
// usage: connectProxy.ts PORT; prints "listening" when it does
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";

const server = createServer((_, response) => {
  response.writeHead(405).end();
});
server.on("connect", ({ url = "" }, socket: Socket) => {
  const [, host = "", port] = /^(.+):(\d+)$/.exec(url) ?? [];
  const onward = connect(Number(port), host, () => {
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    socket.pipe(onward).pipe(socket);
  });
  for (const end of [socket, onward]) end.on("error", () => [socket, onward].map((one) => one.destroy()));
});
server.listen(Number(process.argv[2]), () => process.stdout.write("listening\n"));
process.stdin.resume().once("end", () => process.exit());
