import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Makes an authority, a server on 127.0.0.1, the client `mcp-trail-client` and one that nobody permits, in a folder. */
export async function makePki(folder: string): Promise<void> {
	const openssl = async (...words: string[]): Promise<void> => {
		await run("openssl", words, { cwd: folder });
	};
	const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
	for (const name of ["ca", "other-ca"]) {
		await openssl("req", "-x509", ...key, ...files(name), "-out", `${name}.pem`, "-days", "2");
	}
	for (const [name, alternative] of [
		["server", "IP:127.0.0.1"],
		["mcp-trail-client", "DNS:mcp-trail-client"],
		["stranger", "DNS:stranger"],
	] as const) {
		await writeFile(join(folder, "extensions"), `subjectAltName=${alternative}\n`);
		await openssl("req", ...key, ...files(name), "-out", `${name}.csr`);
		const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
		const named = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", "extensions"];
		await openssl("x509", "-req", ...named, ...signed);
	}
}

const files = (name: string) => ["-keyout", `${name}.key`, "-subj", `/CN=${name}`];
