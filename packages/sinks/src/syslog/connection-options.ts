import { checkCount, checkTls, type Check, type HttpTlsOptions } from "../http/http-options.ts";

/** Where a receiver of syslog or RELP is, and how it is reached. */
export interface ConnectionOptions {
	/** Name or address. */
	readonly host: string;
	/** For `transport: "tls"`: certificates. The receiver's is always checked. @default the system's authorities, no client certificate */
	readonly tls?: HttpTlsOptions;
	/** Longest wait for a connection, and for the receiver to take or answer, in milliseconds. @default 15_000 */
	readonly timeoutMs?: number;
}

const NAME = /^[a-z][a-z0-9_-]{0,31}$/u;

/** Checks what every sink with a connection of its own takes. */
export function checkConnection(
	check: Check,
	given: ConnectionOptions & {
		readonly name: string;
		readonly port: number;
		readonly transport: string;
	},
	transports: readonly string[],
): void {
	const { host, port, tls, timeoutMs, name, transport } = given;
	check(transports.includes(transport), "transport", `takes ${transports.join(", ")}`);
	check(typeof host === "string" && /^[\w.:%-]+$/u.test(host), "host", "takes a name or address");
	const isPort = Number.isInteger(port) && port > 0 && port < 65_536;
	check(isPort, "port", "takes a whole number from 1 to 65,535");
	check(tls === undefined || transport === "tls", "tls", 'goes with `transport: "tls"`');
	checkTls(check, tls);
	if (timeoutMs !== undefined) checkCount(check, "timeoutMs", timeoutMs);
	check(NAME.test(name), "name", `must match ${NAME.source}`);
}
