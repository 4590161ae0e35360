import {
	ClientCredentialsProvider,
	CrossAppAccessProvider,
	DpopSession,
	PrivateKeyJwtProvider,
	requestJwtAuthorizationGrant,
	type OAuthClientProvider,
	type StoredOAuthClientInformation,
	type StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import { oauthState, type Fetch, type OAuthCallback } from "./oauth.ts";
import type { Scenario } from "./scenario.ts";

/** How a client gets its token where the transport itself authorizes it. */
export interface Grant {
	readonly provider: OAuthClientProvider;
	/** Of grants that send a user to the authorization server. */
	readonly callback?: () => OAuthCallback;
}

type Told = Scenario["context"];

function text(context: Told, name: string): string {
	const value = context[name];
	return typeof value === "string" ? value : "";
}

const clientSecret = (context: Told): Grant => ({
	provider: new ClientCredentialsProvider({
		clientId: text(context, "client_id"),
		clientSecret: text(context, "client_secret"),
	}),
});

const privateKey = (context: Told): Grant => ({
	provider: new PrivateKeyJwtProvider({
		clientId: text(context, "client_id"),
		privateKey: text(context, "private_key_pem"),
		algorithm: text(context, "signing_algorithm"),
	}),
});

/** The enterprise's identity provider gives an ID-JAG for the ID token (SEP-990). */
const crossApp = (context: Told, fetchFn: Fetch): Grant => ({
	provider: new CrossAppAccessProvider({
		clientId: text(context, "client_id"),
		clientSecret: text(context, "client_secret"),
		// Not the transport's: the provider fetches with its own.
		fetchFn,
		async assertion({ authorizationServerUrl, resourceUrl, scope }) {
			const { jwtAuthGrant } = await requestJwtAuthorizationGrant({
				tokenEndpoint: text(context, "idp_token_endpoint"),
				audience: authorizationServerUrl,
				resource: resourceUrl,
				idToken: text(context, "idp_id_token"),
				clientId: text(context, "idp_client_id"),
				...(scope !== undefined && { scope }),
				fetchFn,
			});
			return jwtAuthGrant;
		},
	}),
});

/** The workload's own token is the grant (SEP-1933, RFC 7523); nobody is sent anywhere. */
function workload(context: Told): Grant {
	const { provider } = oauthState<StoredOAuthClientInformation, StoredOAuthTokens>("everything-v2");
	const information = {
		client_id: text(context, "client_id"),
		token_endpoint_auth_method: "none",
	};
	return {
		provider: {
			...provider,
			redirectUrl: undefined,
			clientMetadata: { ...provider.clientMetadata, token_endpoint_auth_method: "none" },
			clientInformation: () => information,
			prepareTokenRequest(scope) {
				const request = new URLSearchParams({
					grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
					assertion: text(context, "valid_jwt"),
				});
				if (scope !== undefined) request.set("scope", scope);
				return request;
			},
		},
	};
}

/** An authorization code for a token that is bound to a key (SEP-1932, RFC 9449). */
function boundToKey(): Grant {
	const { provider, callback } = oauthState<StoredOAuthClientInformation, StoredOAuthTokens>(
		"everything-v2",
	);
	const session = DpopSession.create();
	return { provider: { ...provider, dpop: () => session }, callback };
}

const grants: Readonly<Record<string, (context: Told, fetch: Fetch) => Grant>> = {
	"auth/client-credentials-basic": clientSecret,
	"auth/client-credentials-jwt": privateKey,
	"auth/enterprise-managed-authorization": crossApp,
	"auth/wif-jwt-bearer": workload,
	"auth/dpop": boundToKey,
	"auth/dpop-nonce": boundToKey,
};

/** The grant that a scenario of the authorization extensions asks for; none for those of the core. */
export const grantOf = ({ name, context }: Scenario, fetch: Fetch): Grant | undefined =>
	grants[name]?.(context, fetch);
