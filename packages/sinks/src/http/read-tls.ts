import type { ConnectionOptions } from "node:tls";
import type { HttpTlsOptions } from "./http-options.ts";
import type { Secret, Secrets } from "./secrets.ts";

/** Reads certificates and keys as they are now, in the form that `node:tls` takes; the other side's is checked whatever the environment says. */
export async function readTls(
	options: HttpTlsOptions | undefined,
	secrets: Secrets,
): Promise<ConnectionOptions> {
	// Else NODE_TLS_REJECT_UNAUTHORIZED=0, set for something else, would let anybody in between read credentials.
	const checked = { rejectUnauthorized: true };
	if (options === undefined) return checked;
	const pem = async (key: "ca" | "cert" | "key" | "passphrase"): Promise<object> => {
		const secret: Secret | undefined = options[key];
		return secret === undefined ? {} : { [key]: await secrets.read(secret, `tls.${key}`) };
	};
	const { serverName } = options;
	return {
		...checked,
		...(await pem("ca")),
		...(await pem("cert")),
		...(await pem("key")),
		...(await pem("passphrase")),
		...(serverName === undefined ? {} : { servername: serverName }),
	};
}
