// A call as gRPC makes it: prints as JSON what it sent came back as, and the trailers. usage: call.ts URL AUTHORITY_FILE
import { readFileSync } from "node:fs";
import { connect } from "node:http2";

const [url = "", authorityFile = ""] = process.argv.slice(2);
const session = connect(url, { ca: readFileSync(authorityFile), servername: "example.com" });
const head = { ":method": "POST", ":path": "/service/Method", "content-type": "application/grpc", te: "trailers" };
const call = session.request(head).setEncoding("utf8");
let body = "";
let trailers = {};
call.on("data", (chunk) => {
  body += chunk;
});
call.on("trailers", (received) => {
  trailers = { ...received };
});
call.on("end", () => {
  process.stdout.write(JSON.stringify({ body, trailers }));
  session.close();
});
call.end("a message");
