import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What test/clients/languages.ts tells of, in Java. */
final class Driver {
    private static final Map<String, String> ENV = System.getenv();
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static int handed = 0;
    private static int begun = 0;

    private static void say(Object... fields) {
        StringBuilder line = new StringBuilder();
        for (Object field : fields) line.append(line.length() == 0 ? "" : "\t").append(field);
        OUT.print(line.append('\n'));
        OUT.flush();
    }

    private static int number(String name) {
        return Integer.parseInt(ENV.get(name));
    }

    private static void takeIn(List<TicketRail.Item> items) throws TicketRail.TicketRailException {
        handed++;
        if (handed == number("THROW_AT")) {
            // As another service of Ticket Rail may answer that a handler asks.
            Map<String, Object> lost = Map.of("type", "urn:ticket-rail:problem:feed-position-unknown");
            throw new TicketRail.TicketRailException(410, lost, null);
        }
        for (TicketRail.Item item : items) {
            Object ref = item.data == null ? "-" : item.data.getOrDefault("ref", "-");
            say("item", item.locationId, item.orderId, item.revision == null ? "-" : item.revision, ref);
        }
        if (handed == number("DIE_AT")) Runtime.getRuntime().halt(9);
    }

    private static void startOver() {
        say("start over");
        begun++;
        if (begun == 1 && ENV.get("START_OVER").equals("throws"))
            throw new IllegalStateException("the database is away");
        if (ENV.get("START_OVER").equals("dies")) Runtime.getRuntime().halt(9);
    }

    private static void follow(TicketRail rail) throws InterruptedException {
        TicketRail.Follow options = new TicketRail.Follow(ENV.get("CONSUMER"))
                .view(TicketRail.View.valueOf(ENV.get("VIEW").toUpperCase()))
                .locations(ENV.get("LOCATION").isEmpty() ? List.of() : List.of(ENV.get("LOCATION")))
                .from(TicketRail.From.valueOf(ENV.get("FROM").toUpperCase()))
                .limit(number("LIMIT"))
                .waitSeconds(1)
                .onFailure((failure, pause) -> say("failed", failure instanceof TicketRail.TicketRailException
                        ? ((TicketRail.TicketRailException) failure).status : 0));
        if (!ENV.get("START_OVER").isEmpty()) options.startOver(Driver::startOver);
        try {
            rail.follow(options, Driver::takeIn);
        } catch (TicketRail.TicketRailException failure) {
            say("ended", failure.status, failure.isProblem(ENV.get("PROBLEM")));
        }
    }

    private static void verify() throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            Map<String, String> headers =
                    Map.of("webhook-id", fields[1], "webhook-timestamp", fields[2], "webhook-signature", fields[3]);
            String id = TicketRail.verifyDelivery(
                    List.of(fields[0].split(" ")),
                    name -> headers.get(name).isEmpty() ? null : headers.get(name),
                    Base64.getDecoder().decode(fields[4]),
                    Instant.ofEpochSecond(Long.parseLong(fields[5])));
            say(id == null ? "-" : id);
        }
    }

    private static String textOf(String field) {
        return field.equals("-") ? null : new String(Base64.getDecoder().decode(field), StandardCharsets.UTF_8);
    }

    private static void connect() throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t", -1);
            try {
                new TicketRail(textOf(fields[0]), textOf(fields[1]));
                say("taken");
            } catch (IllegalArgumentException refusal) {
                say("refused", refusal.getMessage());
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("verify")) {
            verify();
            return;
        }
        if (arguments[0].equals("connect")) {
            connect();
            return;
        }
        TicketRail rail = new TicketRail(ENV.get("URL"), ENV.get("TOKEN"));
        if (arguments[0].equals("follow")) {
            follow(rail);
            return;
        }
        TicketRail.Order order = rail.order(ENV.get("LOCATION"), ENV.get("ORDER"));
        if (order == null) say("none");
        else say(order.stage, order.revision);
    }
}
