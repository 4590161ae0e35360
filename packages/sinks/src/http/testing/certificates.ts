import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate and its key, in PEM. */
export interface Pair {
	readonly cert: string;
	readonly key: string;
}

/** Makes an authority, a server on 127.0.0.1 and a client of it, good for a day; needs `openssl`. */
export function certificates(): {
	readonly ca: string;
	readonly server: Pair;
	readonly client: Pair;
} {
	const folder = mkdtempSync(join(tmpdir(), "certificates-"));
	const at = (name: string): string => join(folder, name);
	const openssl = (...words: string[]): void => {
		execFileSync("openssl", words, { cwd: folder, stdio: "pipe" });
	};
	const read = (name: string): string => readFileSync(at(name), "utf8");
	const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
	try {
		openssl(
			"req",
			"-x509",
			...newKey,
			"-keyout",
			"ca.key",
			"-out",
			"ca.pem",
			"-subj",
			"/CN=test",
			"-days",
			"1",
		);
		writeFileSync(at("extensions"), "subjectAltName=IP:127.0.0.1");
		const pair = (name: string): Pair => {
			openssl(
				"req",
				...newKey,
				"-keyout",
				`${name}.key`,
				"-out",
				`${name}.csr`,
				"-subj",
				`/CN=${name}`,
			);
			const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1"];
			const named = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", "extensions"];
			openssl("x509", "-req", ...named, ...signed);
			return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
		};
		return { ca: read("ca.pem"), server: pair("server"), client: pair("client") };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
