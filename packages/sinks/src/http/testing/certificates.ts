import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What `openssl ca` needs; no other command of it gives a certificate for a time that is over. */
const authority = `[ca]
default_ca = test
[test]
database = index
new_certs_dir = .
certificate = ca.pem
private_key = ca.key
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
`;

/** A certificate and its key, in PEM. */
export interface Pair {
	readonly cert: string;
	readonly key: string;
}

/**
 * Makes an authority, a server on 127.0.0.1 and a client of it, good for a day; and servers whose certificate is
 * expired, or for another name. Needs `openssl`.
 */
export function certificates(): {
	readonly ca: string;
	readonly server: Pair;
	readonly client: Pair;
	readonly expired: Pair;
	readonly elsewhere: Pair;
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
		writeFileSync(at("elsewhere"), "subjectAltName=DNS:elsewhere.example");
		writeFileSync(at("index"), "");
		writeFileSync(at("ca.conf"), authority);
		const request = (name: string): void => {
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
		};
		const pair = (name: string, extensions = "extensions"): Pair => {
			request(name);
			const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "1"];
			const named = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", extensions];
			openssl("x509", "-req", ...named, ...signed);
			return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
		};
		const past = (name: string): Pair => {
			request(name);
			const dates = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"];
			const named = ["-in", `${name}.csr`, "-out", `${name}.pem`, "-extfile", "extensions"];
			openssl("ca", "-batch", "-notext", "-config", "ca.conf", ...named, ...dates);
			return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
		};
		return {
			ca: read("ca.pem"),
			server: pair("server"),
			client: pair("client"),
			expired: past("expired"),
			elsewhere: pair("elsewhere", "elsewhere"),
		};
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
