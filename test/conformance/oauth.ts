/** What an authorization server puts into its redirect. */
export interface OAuthCallback {
	readonly authorizationCode: string;
	readonly iss: string | undefined;
}

/** Keeps one client's OAuth state and plays the user who consents at once; fits both SDK generations. */
export function oauthState<Information, Tokens>(clientName: string) {
	const redirectUrl = "http://localhost:3000/callback";
	const kept: {
		information?: Information | undefined;
		tokens?: Tokens | undefined;
		verifier?: string | undefined;
		callback?: URLSearchParams;
	} = {};

	const provider = {
		redirectUrl,
		// The suite's authorization servers take this document as the client's id, where they support that.
		clientMetadataUrl: "https://conformance-test.local/client-metadata.json",
		clientMetadata: { client_name: clientName, redirect_uris: [redirectUrl] },
		clientInformation: () => kept.information,
		saveClientInformation(information: Information) {
			kept.information = information;
		},
		tokens: () => kept.tokens,
		saveTokens(tokens: Tokens) {
			kept.tokens = tokens;
		},
		codeVerifier: () => kept.verifier ?? "",
		saveCodeVerifier(verifier: string) {
			kept.verifier = verifier;
		},
		invalidateCredentials(scope: "all" | "client" | "tokens" | "verifier" | "discovery") {
			if (scope === "all" || scope === "client") kept.information = undefined;
			if (scope === "all" || scope === "tokens") kept.tokens = undefined;
			if (scope === "all" || scope === "verifier") kept.verifier = undefined;
		},
		async redirectToAuthorization(url: URL) {
			const response = await fetch(url, { redirect: "manual" });
			const location = response.headers.get("location");
			if (location === null) throw new Error("The authorization server did not redirect");
			kept.callback = new URL(location).searchParams;
		},
	};

	return {
		provider,
		callback: (): OAuthCallback => {
			const code = kept.callback?.get("code");
			if (!code) throw new Error("The redirect carried no code");
			return { authorizationCode: code, iss: kept.callback?.get("iss") ?? undefined };
		},
	};
}

export type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** Makes a fetch that carries the token, and on 401 or 403 authorizes once and tries once more. */
export function authorizing(
	fetch: Fetch,
	token: () => string | undefined,
	authorize: (challenge: Response) => Promise<void>,
): Fetch {
	const attempt: Fetch = (input, init) => {
		const headers = new Headers(init?.headers);
		const current = token();
		if (current !== undefined) headers.set("authorization", `Bearer ${current}`);
		return fetch(input, { ...init, headers });
	};
	return async (input, init) => {
		const first = await attempt(input, init);
		if (first.status !== 401 && first.status !== 403) return first;
		await authorize(first);
		const second = await attempt(input, init);
		if (second.status !== 401 && second.status !== 403) return second;
		throw new Error(`Still refused with HTTP ${second.status} after authorizing`);
	};
}
