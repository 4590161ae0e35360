import { lineMembers } from "@mcp-trail/event";
import type { SealedEvent } from "@mcp-trail/integrity";
import { asBuffer } from "../line-head.ts";

/** What the frame around an event says of it. */
export interface EventFacts {
	readonly id: string;
	readonly time: string;
	readonly host: string | undefined;
}

const ID = 0;
const TIME = 1;
const HOST = 2;

/** Makes the reader of these facts from the bytes of a line; a line of another shape is parsed. */
export function eventFacts(): (sealed: SealedEvent) => EventFacts {
	const members = lineMembers(["id", "time", "producer.host"]);
	return (sealed) => {
		const line = asBuffer(sealed.bytes);
		const text = (path: number): string | undefined => {
			const from = members.starts[path] ?? -1;
			const value: unknown =
				from < 0 ? undefined : JSON.parse(line.toString("utf8", from, members.ends[path]));
			return typeof value === "string" ? value : undefined;
		};
		if (members.read(line)) {
			const [id, time] = [text(ID), text(TIME)];
			if (id !== undefined && time !== undefined) return { id, time, host: text(HOST) };
		}
		const { id, time, producer } = sealed.event;
		return { id, time, host: producer.host };
	};
}
