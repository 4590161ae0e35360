import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type ServerProcess, serverProcess } from "../server-process.ts";
import { NGINX } from "./tools.ts";

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === "string") throw new Error("There is no free port.");
	return address.port;
}

const configuration = (folder: string, port: number, upstreams: readonly number[]): string => `
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path ${folder}/body;
	proxy_temp_path ${folder}/proxy;
	fastcgi_temp_path ${folder}/fastcgi;
	uwsgi_temp_path ${folder}/uwsgi;
	scgi_temp_path ${folder}/scgi;
	upstream servers {
${upstreams.map((upstream) => `		server 127.0.0.1:${upstream} max_fails=0;`).join("\n")}
	}
	server {
		listen 127.0.0.1:${port};
		location / {
			proxy_pass http://servers;
			proxy_http_version 1.1;
			proxy_buffering off;
			proxy_set_header Connection "";
			proxy_set_header X-Forwarded-For $remote_addr;
		}
	}
}
`;

/** Starts an nginx that hands requests to each upstream in turn. */
export async function nginx(
	folder: string,
	upstreams: readonly number[],
): Promise<{ readonly url: URL; readonly server: ServerProcess }> {
	mkdirSync(folder, { recursive: true });
	const port = await freePort();
	const file = join(folder, "nginx.conf");
	writeFileSync(file, configuration(folder, port, upstreams));
	const server = serverProcess(NGINX, ["-p", folder, "-c", file], join(folder, "nginx.log"));
	await server.launch();
	const url = new URL(`http://127.0.0.1:${port}/mcp`);
	for (let tries = 0; tries < 500; tries++) {
		if (await fetch(url, { method: "PUT" }).catch(() => undefined)) return { url, server };
		await sleep(20);
	}
	throw new Error(`nginx did not start: ${await server.log()}`);
}
