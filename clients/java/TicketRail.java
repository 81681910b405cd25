import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Follows the feed of Ticket Rail, and verifies what Ticket Rail sends: one file without dependencies, for Java 11 and
 * later. Copy it, and give it a package of yours.
 *
 * <pre>{@code new TicketRail("http://localhost:8080", token).follow(new Follow("back-office"), items -> ...)}</pre>
 */
public final class TicketRail {

    /** One order as it stands. Times are RFC 3339 in UTC. */
    public static final class Order {
        public final String locationId;
        public final String orderId;
        /** Null while only a cancellation was reported. */
        public final String status;
        public final String deliveryStatus;
        /** Who drives, as the delivery service reports it, or null. */
        public final Map<String, Object> driverDetails;
        /** {@code preparing}, {@code ready}, {@code driver_here}, {@code on_the_way}, {@code completed} and so on. */
        public final String stage;
        public final List<String> attention;
        /** What the newest event may be a repeat of, or null. */
        public final Map<String, Object> sameReportAs;
        /** The newest handover that was not undone, or null. */
        public final Map<String, Object> handedOver;
        /** What somebody at the counter has seen: {@code cancel} and {@code driver_change}, each or null. */
        public final Map<String, Object> acknowledged;
        public final long revision;
        public final String firstReceivedAt;
        public final String updatedAt;
        public final String stageSince;
        /** Everything, as it came; {@link Json#write} gives its text. */
        public final Map<String, Object> all;

        Order(Map<String, Object> all) {
            this.all = all;
            locationId = text(all, "location_id");
            orderId = text(all, "order_id");
            status = text(all, "status");
            deliveryStatus = text(all, "delivery_status");
            driverDetails = object(all.get("driver_details"));
            stage = text(all, "stage");
            attention = texts(all.get("attention"));
            sameReportAs = object(all.get("same_report_as"));
            handedOver = object(all.get("handed_over"));
            // A service before this client has none, as while instances are upgraded one after the other.
            acknowledged = all.containsKey("acknowledged") ? object(all.get("acknowledged")) : Collections.emptyMap();
            revision = ((Number) all.get("revision")).longValue();
            firstReceivedAt = text(all, "first_received_at");
            updatedAt = text(all, "updated_at");
            stageSince = text(all, "stage_since");
        }
    }

    /**
     * One piece of news. {@code type} says which it is: {@code order.state} (view {@code orders}) has {@code revision} and
     * {@code order}; {@code order.updated}, {@code order.canceled}, and {@code rail.handed_over},
     * {@code rail.acknowledged} and {@code rail.undone} (view {@code events}) have {@code revision}, {@code data},
     * {@code stage}, {@code attention}, {@code source} and {@code verdict}; {@code order.removed} says that
     * retention deleted the order. What an item does not have is null.
     */
    public static final class Item {
        public final String position;
        public final String locationId;
        public final String orderId;
        public final String type;
        public final String receivedAt;
        public final Long revision;
        public final Order order;
        /** {@code object} of the delivery; its numbers are {@link JsonNumber}. */
        public final Map<String, Object> data;
        public final String stage;
        public final List<String> attention;
        public final String source;
        public final String verdict;
        /** Everything, as it came; {@link Json#write} gives its text. */
        public final Map<String, Object> all;

        Item(Map<String, Object> all) {
            this.all = all;
            position = text(all, "position");
            locationId = text(all, "location_id");
            orderId = text(all, "order_id");
            type = text(all, "type");
            receivedAt = text(all, "received_at");
            revision = all.containsKey("revision") ? Long.valueOf(((Number) all.get("revision")).longValue()) : null;
            order = all.containsKey("order") ? new Order(object(all.get("order"))) : null;
            data = object(all.get("data"));
            stage = text(all, "stage");
            attention = all.containsKey("attention") ? texts(all.get("attention")) : null;
            source = text(all, "source");
            verdict = text(all, "verdict");
        }
    }

    /** An answer that is none of those that were asked for. */
    public static final class TicketRailException extends IOException {
        private static final long serialVersionUID = 1;

        public final int status;
        /** As RFC 9457 has it; empty if the answer had none. */
        public final transient Map<String, Object> problem;
        /** How long the answer asks to wait, or null. */
        public final Duration retryAfter;

        TicketRailException(int status, Map<String, Object> problem, Duration retryAfter) {
            super(status + " " + problem.getOrDefault("title", "") + ": " + problem.getOrDefault("detail", ""));
            this.status = status;
            this.problem = problem;
            this.retryAfter = retryAfter;
        }

        /** Whether the problem is this one, such as {@code consumer-not-found}. */
        public boolean isProblem(String code) {
            return ("urn:ticket-rail:problem:" + code).equals(problem.get("type"));
        }
    }

    /** Takes items in; what it throws makes them come again. */
    @FunctionalInterface
    public interface Handler {
        void handle(List<Item> items) throws Exception;
    }

    /** What a function of the program threw: never taken for an answer of the feed. */
    private static final class Thrown extends Exception {
        private static final long serialVersionUID = 1;

        final Exception thrown;

        Thrown(Exception thrown) {
            super(thrown);
            this.thrown = thrown;
        }
    }

    /** Drops the copy. */
    @FunctionalInterface
    public interface StartOver {
        void run() throws Exception;
    }

    public enum View {
        /** Each order with news once, in its newest state. */
        ORDERS,
        /** Every fact. */
        EVENTS
    }

    /** Where a consumer that does not exist yet begins. */
    public enum From {
        BEGINNING,
        NOW
    }

    /** What is followed, and how. */
    public static final class Follow {
        private final String consumer;
        private View view = View.ORDERS;
        private From from = From.BEGINNING;
        private List<String> locations = Collections.emptyList();
        private int limit = 1000;
        private int waitSeconds = 30;
        private StartOver startOver;
        private BiConsumer<Exception, Duration> onFailure = (failure, pause) -> {};

        /** @param consumer name under which Ticket Rail keeps the place of this one program; it is made if need be */
        public Follow(String consumer) {
            this.consumer = consumer;
        }

        public Follow view(View view) {
            this.view = view;
            return this;
        }

        public Follow from(From from) {
            this.from = from;
            return this;
        }

        /** Unset: all that the reader may see. */
        public Follow locations(List<String> locations) {
            this.locations = locations;
            return this;
        }

        /** Most items that are handed over at once, 1 to 1,000. */
        public Follow limit(int limit) {
            this.limit = limit;
            return this;
        }

        /** Seconds that an answer waits for news, 0 to 30. */
        public Follow waitSeconds(int waitSeconds) {
            this.waitSeconds = waitSeconds;
            return this;
        }

        /**
         * Drops the copy. It is called when the client makes the consumer at the beginning, and on 410, which says that the
         * log lacks the position of the copy. Unset: following ends on 410, and where the consumer is made, the copy stays.
         */
        public Follow startOver(StartOver startOver) {
            this.startOver = startOver;
            return this;
        }

        /** Is given each failure after which it asks again, such as a handler that threw, and how long until then. */
        public Follow onFailure(BiConsumer<Exception, Duration> onFailure) {
            this.onFailure = onFailure;
            return this;
        }

        private String query() {
            StringBuilder query = new StringBuilder("/feed?consumer=" + encode(consumer));
            query.append("&view=").append(view == View.ORDERS ? "orders" : "events");
            query.append("&limit=").append(limit).append("&wait=").append(waitSeconds);
            for (String location : locations) query.append("&location_id=").append(encode(location));
            return query.toString();
        }
    }

    /** The pause before the first repetition, and the most before any; each is twice as long as the one before. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    /** How long an answer may take beyond the time that it was asked to wait. */
    private static final int ANSWER_SECONDS = 30;
    /** Most seconds that a delivery may be older or newer than the clock here. */
    private static final long TOLERANCE_SECONDS = 300;

    private static final Pattern URL = Pattern.compile(
            "https?://(?:[^\\s/?#:@\\[\\]\\\\]+|\\[[0-9a-f:.]+\\])(?::([1-9][0-9]{0,4}))?(?:/[\\w.~%/-]*)?",
            Pattern.CASE_INSENSITIVE);

    private final String url;
    private final String token;
    private final HttpClient http;

    /**
     * @param url where the service lies, such as {@code http://localhost:8080}
     * @param token of a reader with the role {@code pos}; null where reading is open
     * @throws IllegalArgumentException if the URL or the token can never work
     */
    public TicketRail(String url, String token) {
        Matcher form = URL.matcher(url == null ? "" : url);
        if (!form.matches() || (form.group(1) != null && Integer.parseInt(form.group(1)) > 65535))
            throw new IllegalArgumentException("URL must be like http://localhost:8080 or https://pos.example.com/rail");
        this.token = token == null ? "" : token;
        if (!this.token.matches("[!-~]*"))
            throw new IllegalArgumentException("token must have no white space, and only ASCII characters");
        this.url = url.replaceAll("/+$", "");
        HttpRequest.newBuilder(URI.create(this.url)); // refuses further names of hosts, such as those with an underscore
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(ANSWER_SECONDS))
                .build();
    }

    /**
     * Hands over the news of all orders, until the thread is interrupted. Each item comes at least once. What the handler
     * was given is committed only after it returned, and comes again if it threw or if the process ended: with
     * {@link View#ORDERS}, replace what you have by what comes; with {@link View#EVENTS}, take in each {@code position}
     * once.
     *
     * @throws TicketRailException what no repetition mends, such as a token that is not known
     */
    public void follow(Follow options, Handler handler) throws InterruptedException, TicketRailException {
        String query = options.query();
        int failures = 0;
        boolean hasBegun = false;
        // With the position that the copy has, so that a log that lost it is noticed; at first it is not known.
        String known = "";
        for (;;) {
            try {
                Map<String, Object> page = call("GET", query + known, null, options.waitSeconds + ANSWER_SECONDS);
                List<Item> items = new ArrayList<>();
                for (Object item : (List<?>) page.get("items")) items.add(new Item(object(item)));
                known = "&known=" + encode(text(page, "next"));
                hasBegun = true;
                if (!items.isEmpty()) {
                    ofProgram(() -> handler.handle(Collections.unmodifiableList(items)));
                    Map<String, Object> position = Collections.singletonMap("position", page.get("next"));
                    call("POST", path(options.consumer) + "/commit", position, ANSWER_SECONDS);
                }
                failures = 0;
            } catch (InterruptedException interrupted) {
                throw interrupted;
            } catch (Exception thrown) { // whatever a handler throws is repeated, too
                boolean isFirst = !hasBegun && isProblem(thrown, "consumer-not-found");
                hasBegun |= isProblem(thrown, "feed-position-unknown");
                Exception left = mend(thrown, options, hasBegun);
                // What was mended may be so again, as where two logs answer in turn: it waits as well.
                Exception failure = left == null ? thrown : left;
                boolean answered = failure instanceof TicketRailException;
                if (left == null) {
                    known = "";
                    hasBegun = true;
                    if (isFirst) continue;
                } else if (answered && !mayPass((TicketRailException) failure)) {
                    throw (TicketRailException) failure;
                }
                failures++;
                Duration asked = answered ? ((TicketRailException) failure).retryAfter : null;
                Duration pause = pause(failures, ThreadLocalRandom.current().nextDouble(), asked);
                options.onFailure.accept(failure instanceof Thrown ? ((Thrown) failure).thrown : failure, pause);
                Thread.sleep(pause.toMillis());
            }
        }
    }

    /** Sets a consumer to its beginning, or to now; one that does not exist is made. */
    public void setConsumer(String name, From from) throws IOException, InterruptedException {
        setConsumer(name, Collections.singletonMap("from", from == From.BEGINNING ? "beginning" : "now"));
    }

    /** Sets a consumer to a place: one of {@code from}, {@code position} and {@code time}. */
    public void setConsumer(String name, Map<String, String> start) throws IOException, InterruptedException {
        call("PUT", path(name), start, ANSWER_SECONDS);
    }

    /** An order as it stands, or null if there is none. */
    public Order order(String locationId, String orderId) throws IOException, InterruptedException {
        try {
            String path = "/locations/" + encode(locationId) + "/orders/" + encode(orderId);
            return new Order(call("GET", path, null, ANSWER_SECONDS));
        } catch (TicketRailException failure) {
            if (failure.isProblem("order-not-found")) return null;
            throw failure;
        }
    }

    /** How long to wait after so many failures in a row. Half is left to chance, so that many do not come at once. */
    static Duration pause(int failures, double chance, Duration asked) {
        long doubled = FIRST_PAUSE.toMillis() << Math.min(failures - 1, 16);
        Duration pause = Duration.ofMillis((long) (Math.min(LONGEST_PAUSE.toMillis(), doubled) * (0.5 + chance / 2)));
        return asked != null && asked.compareTo(pause) > 0 ? asked : pause;
    }

    private static boolean mayPass(TicketRailException failure) {
        return failure.status == 408 || failure.status == 429 || failure.status >= 500;
    }

    /** What is wrong still, or null: then asking again helps. There may be a copy if it has begun. */
    private Exception mend(Exception thrown, Follow options, boolean hasBegun) throws InterruptedException {
        boolean isLost = isProblem(thrown, "feed-position-unknown") && options.startOver != null;
        if (!isLost && !isProblem(thrown, "consumer-not-found")) return thrown;
        try {
            // A program that ends from here on finds no consumer when it comes again.
            if (isLost) call("DELETE", path(options.consumer), null, ANSWER_SECONDS);
            From from = hasBegun && options.startOver != null ? From.BEGINNING : options.from;
            if (from == From.BEGINNING && options.startOver != null) ofProgram(options.startOver);
            setConsumer(options.consumer, from);
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception another) {
            // Where it was deleted meanwhile, the next answer says so.
            return isProblem(another, "consumer-not-found") ? null : another;
        }
        return null;
    }

    private static void ofProgram(StartOver function) throws InterruptedException, Thrown {
        try {
            function.run();
        } catch (InterruptedException interrupted) {
            throw interrupted;
        } catch (Exception thrown) {
            throw new Thrown(thrown);
        }
    }

    private static boolean isProblem(Exception thrown, String code) {
        return thrown instanceof TicketRailException && ((TicketRailException) thrown).isProblem(code);
    }

    private Map<String, Object> call(String method, String path, Map<String, ?> body, int seconds)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(seconds));
        if (!token.isEmpty()) request.header("Authorization", "Bearer " + token);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json");
            request.method(method, HttpRequest.BodyPublishers.ofString(Json.write(body)));
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 204) return Collections.emptyMap();
        boolean isGood = answer.statusCode() / 100 == 2;
        Object value = null;
        try {
            value = Json.read(answer.body());
        } catch (IllegalArgumentException unreadable) {
            if (isGood) throw new IOException("the answer is no JSON", unreadable);
        }
        if (isGood && value instanceof Map) return object(value);
        if (isGood) throw new IOException("the answer is no JSON object");
        Map<String, Object> problem = value instanceof Map ? object(value) : Collections.emptyMap();
        Duration retryAfter = answer.headers().firstValue("Retry-After").map(RETRY_AFTER).orElse(null);
        throw new TicketRailException(answer.statusCode(), problem, retryAfter);
    }

    private static final Function<String, Duration> RETRY_AFTER = value -> {
        if (value.matches("\\d{1,9}")) return Duration.ofSeconds(Long.parseLong(value));
        try {
            Instant time = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration left = Duration.between(Instant.now(), time);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeParseException unreadable) {
            return null;
        }
    };

    private static String path(String consumer) {
        return "/consumers/" + encode(consumer);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * The id of what a destination was sent (Standard Webhooks), or null if it is not authentic. The same id may come again.
     *
     * @param secrets {@code whsec_...}; all of them verify, so that a secret is rotated without a gap
     * @param header gives a header by its name, or null, such as {@code request::getHeader}
     * @param body what came, before anything parsed it
     */
    public static String verifyDelivery(List<String> secrets, Function<String, String> header, byte[] body) {
        return verifyDelivery(secrets, header, body, Instant.now());
    }

    static String verifyDelivery(List<String> secrets, Function<String, String> header, byte[] body, Instant now) {
        String id = header.apply("webhook-id");
        String timestamp = header.apply("webhook-timestamp");
        String signatures = header.apply("webhook-signature");
        if (id == null || id.isEmpty() || timestamp == null || signatures == null) return null;
        if (!timestamp.matches("[0-9]{1,12}")) return null;
        if (Math.abs(now.getEpochSecond() - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) return null;
        boolean isAuthentic = false;
        for (String secret : secrets) {
            byte[] expected;
            try {
                byte[] key = Base64.getDecoder().decode(secret.startsWith("whsec_") ? secret.substring(6) : secret);
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
                mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
                expected = ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body))).getBytes(StandardCharsets.UTF_8);
            } catch (IllegalArgumentException | GeneralSecurityException unreadable) {
                continue;
            }
            for (String given : signatures.split(" ")) {
                isAuthentic |= MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
            }
        }
        return isAuthentic ? id : null;
    }

    private static String text(Map<String, Object> object, String name) {
        return (String) object.get(name);
    }

    @SuppressWarnings("unchecked") // the reader below makes no other maps
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked") // the contract has texts only
    private static List<String> texts(Object value) {
        return (List<String>) value;
    }

    /** A number with the digits that it came with, which no type of Java holds all. {@code toString} gives them. */
    public static final class JsonNumber extends Number {
        private static final long serialVersionUID = 1;

        private final String digits;

        JsonNumber(String digits) {
            this.digits = digits;
        }

        /** @throws ArithmeticException if its exponent is beyond what a BigDecimal holds */
        public BigDecimal toBigDecimal() {
            try {
                return new BigDecimal(digits);
            } catch (NumberFormatException tooFar) {
                throw new ArithmeticException(digits);
            }
        }

        @Override
        public int intValue() {
            return (int) longValue();
        }

        @Override
        public long longValue() {
            return digits.matches("-?\\d{1,18}") ? Long.parseLong(digits) : toBigDecimal().longValue();
        }

        @Override
        public float floatValue() {
            return Float.parseFloat(digits);
        }

        @Override
        public double doubleValue() {
            return Double.parseDouble(digits);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof JsonNumber && ((JsonNumber) other).digits.equals(digits);
        }

        @Override
        public int hashCode() {
            return digits.hashCode();
        }

        @Override
        public String toString() {
            return digits;
        }
    }

    /**
     * JSON (RFC 8259) as maps, lists, strings, {@link JsonNumber}, booleans and null. It takes no text that is not JSON.
     */
    public static final class Json {
        /** Deepest nesting that is read, so that no text exhausts the stack. */
        private static final int DEEPEST = 512;

        private final String text;
        private int at = 0;

        private Json(String text) {
            this.text = text;
        }

        /** @throws IllegalArgumentException if it is no JSON */
        public static Object read(String text) {
            Json json = new Json(text);
            Object value = json.value(0);
            json.space();
            if (json.at < text.length()) throw json.wrong();
            return value;
        }

        public static String write(Object value) {
            StringBuilder text = new StringBuilder();
            write(value, text);
            return text.toString();
        }

        private static void write(Object value, StringBuilder text) {
            if (value instanceof Map) {
                String before = "{";
                for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet()) {
                    quote((String) member.getKey(), text.append(before));
                    write(member.getValue(), text.append(':'));
                    before = ",";
                }
                text.append(before.equals("{") ? "{}" : "}");
            } else if (value instanceof List) {
                String before = "[";
                for (Object element : (List<?>) value) {
                    write(element, text.append(before));
                    before = ",";
                }
                text.append(before.equals("[") ? "[]" : "]");
            } else if (value instanceof String) {
                quote((String) value, text);
            } else {
                text.append(value);
            }
        }

        private static void quote(String value, StringBuilder text) {
            text.append('"');
            for (char one : value.toCharArray()) {
                if (one == '"' || one == '\\') text.append('\\').append(one);
                else if (one < ' ' || Character.isSurrogate(one)) text.append(String.format("\\u%04x", (int) one));
                else text.append(one);
            }
            text.append('"');
        }

        private Object value(int depth) {
            space();
            if (depth > DEEPEST || at == text.length()) throw wrong();
            switch (text.charAt(at)) {
                case '{':
                    return members(depth);
                case '[':
                    return elements(depth);
                case '"':
                    return string();
                case 't':
                    return word("true", Boolean.TRUE);
                case 'f':
                    return word("false", Boolean.FALSE);
                case 'n':
                    return word("null", null);
                default:
                    return number();
            }
        }

        private Map<String, Object> members(int depth) {
            Map<String, Object> members = new LinkedHashMap<>();
            at++;
            space();
            if (took('}')) return members;
            do {
                space();
                String name = string();
                space();
                if (!took(':')) throw wrong();
                members.put(name, value(depth + 1));
                space();
            } while (took(','));
            if (!took('}')) throw wrong();
            return members;
        }

        private List<Object> elements(int depth) {
            List<Object> elements = new ArrayList<>();
            at++;
            space();
            if (took(']')) return elements;
            do {
                elements.add(value(depth + 1));
                space();
            } while (took(','));
            if (!took(']')) throw wrong();
            return elements;
        }

        private String string() {
            if (!took('"')) throw wrong();
            StringBuilder string = new StringBuilder();
            for (;;) {
                if (at == text.length()) throw wrong();
                char one = text.charAt(at++);
                if (one == '"') return string.toString();
                if (one < ' ') throw wrong();
                string.append(one == '\\' ? escaped() : one);
            }
        }

        private char escaped() {
            if (at == text.length()) throw wrong();
            char one = text.charAt(at++);
            int plain = "\"\\/bfnrt".indexOf(one);
            if (plain >= 0) return "\"\\/\b\f\n\r\t".charAt(plain);
            if (one != 'u' || at + 4 > text.length()) throw wrong();
            int code = 0;
            for (int end = at + 4; at < end; at++) {
                int digit = Character.digit(text.charAt(at), 16);
                if (digit < 0 || text.charAt(at) > 'f') throw wrong();
                code = code * 16 + digit;
            }
            return (char) code;
        }

        private JsonNumber number() {
            int start = at;
            took('-');
            if (!took('0')) digits();
            if (took('.')) digits();
            if (took('e') || took('E')) {
                if (!took('+')) took('-');
                digits();
            }
            return new JsonNumber(text.substring(start, at));
        }

        private void digits() {
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') at++;
            if (at == start) throw wrong();
        }

        private Object word(String word, Object value) {
            if (!text.startsWith(word, at)) throw wrong();
            at += word.length();
            return value;
        }

        private boolean took(char one) {
            if (at == text.length() || text.charAt(at) != one) return false;
            at++;
            return true;
        }

        private void space() {
            while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) at++;
        }

        private IllegalArgumentException wrong() {
            return new IllegalArgumentException("no JSON at character " + at);
        }
    }
}
