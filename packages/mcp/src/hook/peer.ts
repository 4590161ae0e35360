import type { ClientAddressReader } from "../http/client-address.ts";
import type { Companion } from "../client/companion.ts";
import type { Earlier } from "./earlier.ts";
import type { Identifier } from "../identity/identifier.ts";
import type { AuthFacts } from "../credentials.ts";
import type { Entry } from "./exchanges.ts";
import type { LearningConnection } from "./connection.ts";
import type { Reach } from "./reached.ts";
import type { Call } from "./call.ts";
import type { OnFault, Watcher } from "./watch.ts";

/** The low-level end of a connection (`Server` or `Client`) and what is known of it. */
export interface Peer {
	readonly role: "client" | "server";
	readonly watchers: readonly Watcher[];
	/** Adds an observer, unless one with its key is there. */
	watch(watcher: Watcher): void;
	/** What it can do by its own word. */
	readonly capabilities?: () => unknown;
	/** Open requests per direction of a connection. */
	readonly maxOpen: number;
	readonly openTtlMs: number;
	/** The 1.x SDK: it does not heed a cancellation of request `0` or `""`. */
	readonly v1: boolean;
	readonly registrations: Registrations | undefined;
	readAuth(authInfo: unknown): AuthFacts | undefined;
	/** Absent where nothing is recorded. */
	readonly digestToken?: ((token: string) => string) | undefined;
	/** Absent where the application has nothing to say. */
	readonly identify?: Identifier | undefined;
	/** Absent: addresses are not looked for. */
	readonly addressOf?: ClientAddressReader;
	readonly reach?: Reach;
	/** The audit that messages are read for; of every other one {@link watch} is told how it reads them. */
	readonly recorder?: unknown;
	/** Watch what a client fetches, one of each audit. */
	readonly companions: readonly Companion[];
	/** Called when one more is there. */
	joined?: (() => void) | undefined;
	onFault: OnFault;
	/** Says once per code what cannot be observed. */
	warn(code: string, message: string): void;
	/** Signal of the `request()` under way; `null` = it has none, undefined = no call is under way. */
	callerSignal: AbortSignal | null | undefined;
	/** The `request()` under way in this very moment, on clients. */
	call?: Call | undefined;
	/** The connection in use. */
	connection?: (() => LearningConnection) | undefined;
	/** Of one that was connected before it was instrumented, while its transport is hooked. */
	earlier?: Earlier | undefined;
	/** The application itself is sending a notification. */
	notifying: boolean;
	/** Finds an open inbound request of the transport that is connected now. */
	findInbound: (id: unknown) => Entry | undefined;
}

/** What is known of the callbacks registered on a high-level server. */
export interface Registrations {
	/** True if the request's callback was entered, false if it is known not to have been. */
	entered(entry: Entry): boolean | undefined;
	/** False if the name asked for is known not to be registered (or disabled). */
	known(entry: Entry): boolean | undefined;
}
