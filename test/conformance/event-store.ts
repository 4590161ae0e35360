/** Keeps sent messages so that a client that reconnects gets what it missed; fits both SDK generations. */
export function eventStore<M extends object>() {
	const events: { readonly id: string; readonly stream: string; readonly message: M }[] = [];
	return {
		async storeEvent(stream: string, message: M): Promise<string> {
			const id = `${events.length}`;
			events.push({ id, stream, message });
			return id;
		},
		async getStreamIdForEventId(id: string): Promise<string | undefined> {
			return events[Number(id)]?.stream;
		},
		async replayEventsAfter(
			lastId: string,
			{ send }: { send: (id: string, message: M) => Promise<void> },
		): Promise<string> {
			const stream = events[Number(lastId)]?.stream ?? "";
			const missed = events.slice(Number(lastId) + 1).filter((event) => event.stream === stream);
			for (const { id, message } of missed) {
				// The priming event of a stream carries no message to send again.
				if (Object.keys(message).length > 0) await send(id, message);
			}
			return stream;
		},
	};
}
