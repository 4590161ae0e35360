import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Prints every record of a topic, one JSON object a line, bytes in base64: ReadTopic &lt;brokers&gt; &lt;topic&gt;. */
public class ReadTopic {
	public static void main(String[] arguments) {
		Properties settings = new Properties();
		settings.put("bootstrap.servers", arguments[0]);
		settings.put("key.deserializer", ByteArrayDeserializer.class.getName());
		settings.put("value.deserializer", ByteArrayDeserializer.class.getName());
		settings.put("enable.auto.commit", "false");
		settings.put("max.poll.records", "5000");
		StringBuilder out = new StringBuilder();
		try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings)) {
			List<TopicPartition> partitions = consumer.partitionsFor(arguments[1]).stream()
				.map(found -> new TopicPartition(found.topic(), found.partition()))
				.toList();
			Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
			consumer.assign(partitions);
			consumer.seekToBeginning(partitions);
			while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
				for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) print(out, record);
				System.out.print(out);
				out.setLength(0);
			}
		}
		System.out.flush();
	}

	private static void print(StringBuilder out, ConsumerRecord<byte[], byte[]> record) {
		out.append("{\"partition\":").append(record.partition()).append(",\"offset\":").append(record.offset())
			.append(",\"timestamp\":").append(record.timestamp()).append(",\"key\":").append(text(record.key()))
			.append(",\"value\":").append(text(record.value())).append(",\"headers\":{");
		String separator = "";
		for (Header header : record.headers()) {
			out.append(separator).append('"').append(header.key()).append("\":").append(text(header.value()));
			separator = ",";
		}
		out.append("}}\n");
	}

	private static String text(byte[] bytes) {
		return bytes == null ? "null" : '"' + Base64.getEncoder().encodeToString(bytes) + '"';
	}
}
