import { instrumentation } from "@mcp-trail/mcp";
import { describe, expect, it } from "vitest";
import { classWatcher } from "./classes.ts";

/** An SDK's classes in small, as they are when they have just been loaded. */
function sdk() {
	const heard: string[] = [];
	class Protocol {
		async connect(_transport?: object): Promise<void> {
			heard.push("Protocol.connect");
		}
	}
	class Server extends Protocol {}
	class Client extends Protocol {
		override async connect(transport?: object): Promise<void> {
			heard.push("Client.connect");
			await super.connect(transport);
		}
		getServerCapabilities(): undefined {
			return undefined;
		}
	}
	class McpServer {
		readonly server = new Server();
		registerTool(name: string, _config: object, callback: () => unknown): object {
			heard.push(`McpServer.registerTool ${name}`);
			return { callback };
		}
		async connect(transport: object): Promise<void> {
			await this.server.connect(transport);
		}
	}
	return { heard, Protocol, Server, Client, McpServer };
}

/** The classes watched by an instrumentation without an audit; `met` says whom it was shown. */
function watched() {
	const classes = sdk();
	const met: object[] = [];
	const instrument = instrumentation({ audit: false });
	const watch = classWatcher(
		(peer, role) => {
			met.push(peer);
			instrument[role](peer);
		},
		() => undefined,
	);
	watch(classes);
	return { ...classes, met };
}

const greet = (): undefined => undefined;
const transport = () => ({ start: async () => undefined, send: async () => undefined });
/** Marks of `@mcp-trail/mcp` on what it has hooked. */
const marks = (object: object) =>
	Object.getOwnPropertySymbols(object).map((symbol) => symbol.description);

describe("classWatcher", () => {
	it("[transparent.zero_code] runs an override of connect once for each call", async () => {
		const { Client, Server, heard, met } = watched();
		let calls = 0;
		class OwnServer extends Server {
			override async connect(over: object): Promise<void> {
				calls++;
				await super.connect(over);
			}
		}
		class OwnClient extends Client {
			override async connect(over: object): Promise<void> {
				calls++;
				await super.connect(over);
			}
		}
		for (const peer of [new OwnServer(), new OwnClient()]) {
			const [first, second] = [transport(), transport()];
			await peer.connect(first);
			await peer.connect(second);
			expect(met).toContain(peer);
			expect([...marks(first), ...marks(second)]).toEqual([
				"mcp-trail.transport",
				"mcp-trail.transport",
			]);
		}
		expect(calls).toBe(4);
		const once = ["Client.connect", "Protocol.connect"];
		expect(heard).toEqual(["Protocol.connect", "Protocol.connect", ...once, ...once]);
	});

	it("[transparent.zero_code] runs an override of registerTool once, and sees its callback", async () => {
		const { McpServer, heard } = watched();
		let calls = 0;
		class OwnServer extends McpServer {
			override registerTool(name: string, config: object, callback: () => unknown): object {
				calls++;
				return super.registerTool(`own_${name}`, config, callback);
			}
		}
		const server = new OwnServer();
		for (const name of ["a", "b"])
			expect(server.registerTool(name, {}, greet)).not.toMatchObject({ callback: greet });
		expect(heard).toEqual(["McpServer.registerTool own_a", "McpServer.registerTool own_b"]);
		expect(calls).toBe(2);
		const over = transport();
		await server.connect(over);
		expect(marks(over)).toEqual(["mcp-trail.transport"]);
	});

	it("[transparent.zero_code] keeps a method that an object has of its own", async () => {
		const { Server, heard } = watched();
		const server = new Server();
		let calls = 0;
		const own = async (over?: object): Promise<void> => {
			calls++;
			await Server.prototype.connect.call(server, over);
		};
		server.connect = own;
		await server.connect(transport());
		expect({ calls, heard }).toEqual({ calls: 1, heard: ["Protocol.connect"] });
		expect(Reflect.get(server, "connect")).toBe(own);
	});
});
