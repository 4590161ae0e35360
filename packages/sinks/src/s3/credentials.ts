import { readEnv } from "../env.ts";
import { type Check, SECRET } from "../http/http-options.ts";
import { sinkError } from "../sink-error.ts";
import { isSecret, type Secret, type Secrets } from "../http/secrets.ts";

/** Keys of AWS, each itself or where it is read from for each request. */
export interface AwsKeys {
	readonly accessKeyId: Secret;
	readonly secretAccessKey: Secret;
	/** Of temporary credentials. */
	readonly sessionToken?: Secret;
}

/** Keys as the credential providers of the AWS SDK give them. */
export interface ResolvedAwsKeys {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string | undefined;
}

/** Keys, or a function asked for them before each request, such as `fromNodeProviderChain()` of `@aws-sdk/credential-providers`. */
export type AwsCredentials = AwsKeys | (() => Promise<ResolvedAwsKeys>);

/** Checks the option `credentials`. */
export function checkCredentials(check: Check, credentials: AwsCredentials | undefined): void {
	if (credentials === undefined || typeof credentials === "function") return;
	const shaped = typeof credentials === "object" && credentials !== null;
	check(shaped, "credentials", "takes { accessKeyId, secretAccessKey } or a function");
	check(isSecret(credentials.accessKeyId), "credentials.accessKeyId", SECRET);
	check(isSecret(credentials.secretAccessKey), "credentials.secretAccessKey", SECRET);
	const { sessionToken } = credentials;
	const token = sessionToken === undefined || isSecret(sessionToken);
	check(token, "credentials.sessionToken", SECRET);
}

/** The keys now; without the option those of the environment, by their usual names. */
export async function readCredentials(
	credentials: AwsCredentials | undefined,
	secrets: Secrets,
): Promise<ResolvedAwsKeys> {
	if (typeof credentials === "function") {
		const { accessKeyId, secretAccessKey, sessionToken } = await asked(credentials);
		secrets.hide(secretAccessKey);
		if (sessionToken !== undefined) secrets.hide(sessionToken);
		return { accessKeyId, secretAccessKey, sessionToken };
	}
	const { accessKeyId, secretAccessKey, sessionToken } = credentials ?? environment();
	return {
		accessKeyId: await secrets.read(accessKeyId, "credentials.accessKeyId"),
		secretAccessKey: await secrets.read(secretAccessKey, "credentials.secretAccessKey"),
		...(sessionToken === undefined
			? {}
			: { sessionToken: await secrets.read(sessionToken, "credentials.sessionToken") }),
	};
}

async function asked(provider: () => Promise<ResolvedAwsKeys>): Promise<ResolvedAwsKeys> {
	try {
		return await provider();
	} catch {
		// Its words may hold what must not be said.
		throw sinkError(
			"credentials_unavailable",
			"retry",
			"The function in `credentials` failed. Check what it reads; it is asked again for each request.",
		);
	}
}

function environment(): AwsKeys {
	const token = { env: "AWS_SESSION_TOKEN" };
	return {
		accessKeyId: { env: "AWS_ACCESS_KEY_ID" },
		secretAccessKey: { env: "AWS_SECRET_ACCESS_KEY" },
		...(readEnv(token.env) === undefined ? {} : { sessionToken: token }),
	};
}
