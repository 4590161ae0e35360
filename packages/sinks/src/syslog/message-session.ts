/** Sends whole messages to one receiver that acknowledges nothing. */
export interface MessageSession {
	/** Begins anew, which proves address and certificates as they are now. */
	renew(signal: AbortSignal): Promise<void>;
	/** Resolves when the system has taken all of them. */
	send(messages: readonly Uint8Array[], signal: AbortSignal): Promise<void>;
	/** Waits a moment for a receiver that does not want us to say so; rejects if it does. */
	permitted(signal: AbortSignal): Promise<void>;
	close(signal: AbortSignal): Promise<void>;
}
