import { type Check, SECRET } from "./http-options.ts";
import { isSecret, type Secret, type Secrets } from "./secrets.ts";

/** How requests are authorized. */
export type HttpAuth =
	| { readonly apiKey: Secret }
	| { readonly bearer: Secret }
	| { readonly username: string; readonly password: Secret };

/** Checks the option `auth`. */
export function checkAuth(check: Check, auth: HttpAuth | undefined): void {
	if (auth === undefined) return;
	const form = typeof auth === "object" && auth !== null ? Object.keys(auth).toSorted().join() : "";
	check(
		["apiKey", "bearer", "password,username"].includes(form),
		"auth",
		"takes { apiKey }, { bearer } or { username, password }",
	);
	if ("apiKey" in auth) check(isSecret(auth.apiKey), "auth.apiKey", SECRET);
	if ("bearer" in auth) check(isSecret(auth.bearer), "auth.bearer", SECRET);
	if ("password" in auth) check(isSecret(auth.password), "auth.password", SECRET);
}

/** The `Authorization` header now, or none. */
export async function authorization(
	auth: HttpAuth | undefined,
	secrets: Secrets,
): Promise<Readonly<Record<string, string>>> {
	if (auth === undefined) return {};
	if ("apiKey" in auth) {
		return { authorization: `ApiKey ${await secrets.read(auth.apiKey, "auth.apiKey")}` };
	}
	if ("bearer" in auth) {
		return { authorization: `Bearer ${await secrets.read(auth.bearer, "auth.bearer")}` };
	}
	return {
		authorization: await basic(auth.username, auth.password, "auth.password", secrets),
	};
}

/** Credentials in the form of RFC 7617. */
export async function basic(
	username: string,
	password: Secret,
	option: string,
	secrets: Secrets,
): Promise<string> {
	const pair = `${username}:${await secrets.read(password, option)}`;
	return `Basic ${secrets.hide(Buffer.from(pair).toString("base64"), `${option} in Base64`)}`;
}
