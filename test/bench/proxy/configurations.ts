// What the rendered configuration is compared with: the same features as an expert writes them by hand, for HAProxy and
// for nginx; and the same without those that only this library adds by default.
import { webPort } from "../../lab/layout";

export interface Written {
  readonly port: number;
  readonly tlsPort: number;
  readonly servers: readonly string[];
  /** Logs, headers that tell of the client, and the guard against requests whose length is empty. */
  readonly features: boolean;
  /** What else has servers of its own: those of paths that begin like this. HAProxy alone. @default nothing */
  readonly also?: {
    readonly path: string;
    readonly servers: readonly { readonly address: string; readonly port: number }[];
  };
}

/** In the folder of the configuration. */
export const certificateFile = "www.example.com.pem";

/** Mozilla's intermediate profile, for both. */
const ciphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

export function handTunedHaproxy({ port, tlsPort, servers, features, also }: Written): string {
  const frontend = (name: string, bind: string, scheme: string) => [
    `frontend ${name}`,
    `    bind ${bind}`,
    ...(features
      ? [
          "    http-request deny deny_status 400 if { req.hdr(content-length) -m len 0 }",
          "    http-request set-header X-Forwarded-For %[src]",
          `    http-request set-header X-Forwarded-Proto ${scheme}`,
          "    http-request set-header X-Forwarded-Host %[req.hdr(host)]",
          "    http-request set-header X-Forwarded-Port %[dst_port]",
        ]
      : []),
    ...(also ? [`    use_backend also if { path_beg ${also.path} }`] : []),
    "    default_backend app",
  ];
  const lines = [
    "global",
    "    chroot /var/lib/haproxy",
    "    user haproxy",
    "    group haproxy",
    ...(features ? ["    log /dev/log local0"] : []),
    `    ssl-default-bind-ciphers ${ciphers}`,
    "    ssl-default-bind-options prefer-client-ciphers ssl-min-ver TLSv1.2 no-tls-tickets",
    "defaults",
    "    mode http",
    ...(features ? ["    log global", "    option httplog", "    option dontlognull"] : []),
    "    timeout connect 5s",
    "    timeout client 60s",
    "    timeout server 60s",
    "    timeout http-request 10s",
    "    timeout http-keep-alive 10s",
    ...frontend("web", `*:${port}`, "http"),
    ...frontend("secure", `*:${tlsPort} ssl crt ${certificateFile} alpn h2,http/1.1`, "https"),
    "backend app",
    "    balance roundrobin",
    "    option httpchk GET /healthz",
    ...servers.map((address, index) => `    server web${index + 1} ${address}:${webPort} check`),
    ...(also
      ? [
          "backend also",
          ...also.servers.map(({ address, port }, index) => `    server also${index} ${address}:${port} check`),
        ]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** It runs on one processor; HAProxy sees that by itself. */
export function nginx({ port, tlsPort, servers, features }: Written): string {
  return `user www-data;
worker_processes 1;
worker_rlimit_nofile 65536;
pid /run/bench-nginx-${port}.pid;
error_log stderr crit;
events {
    worker_connections 16384;
}
http {
    access_log ${features ? "syslog:server=unix:/dev/log,facility=local0 combined" : "off"};
    keepalive_timeout 10s;
    keepalive_requests 1000000;
    ssl_certificate ${certificateFile};
    ssl_certificate_key ${certificateFile};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ${ciphers};
    ssl_prefer_server_ciphers off;
    ssl_session_cache shared:bench:10m;
    ssl_session_timeout 1d;
    ssl_session_tickets off;
    upstream app {
${servers.map((address) => `        server ${address}:${webPort};`).join("\n")}
        keepalive 64;
    }
    server {
        listen ${port} backlog=4096;
        listen ${tlsPort} ssl backlog=4096;
        location / {
            proxy_pass http://app;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
${features ? nginxForwarded : ""}        }
    }
}
`;
}

const nginxForwarded = `            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-Port $server_port;
`;

/** For the web servers, which have port 8080 already: the same by TLS. */
export function originByTls(port: number, certificate: string): string {
  return `ssl_session_cache shared:bench:10m;
ssl_session_tickets off;
server {
    listen ${port} ssl backlog=4096;
    ssl_certificate ${certificate};
    ssl_certificate_key ${certificate};
    ssl_protocols TLSv1.2 TLSv1.3;
    default_type text/plain;
    location / { return 200 "$hostname\\n"; }
}
`;
}
