import { cleanText, type ServerInfo } from "@mcp-trail/event";
import type { Connection } from "../peer-connection.ts";

interface Known {
	readonly said: object | undefined;
	readonly info: ServerInfo | undefined;
}

const servers = new WeakMap<Connection, Known>();

/** Which server it is; what a server calls itself it says once for many requests. */
export function serverOf(connection: Connection): ServerInfo | undefined {
	const said = connection.server();
	const known = servers.get(connection);
	if (known !== undefined && known.said === said) return known.info;
	const info = infoOf(connection.reached?.id, said);
	servers.set(connection, { said, info });
	return info;
}

function infoOf(
	reached: string | undefined,
	said: { readonly name: string; readonly version?: string } | undefined,
): ServerInfo | undefined {
	const id = cleanText(reached, 512);
	const name = cleanText(said?.name, 128);
	const version = name === undefined ? undefined : cleanText(said?.version, 64);
	if (id === undefined && name === undefined) return undefined;
	return {
		...(id !== undefined && { id }),
		...(name !== undefined && { name }),
		...(version !== undefined && { version }),
	};
}
