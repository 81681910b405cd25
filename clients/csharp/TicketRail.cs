using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// Follows the feed of Ticket Rail, and verifies what Ticket Rail sends: one file without packages, for .NET Framework 4.8
/// and later (with a reference to System.Net.Http) and .NET 6 and later, in C# 7.3. Copy it.
/// </summary>
namespace TicketRail
{
    /// <summary>One order as it stands. Times are RFC 3339 in UTC.</summary>
    public sealed class Order
    {
        public string LocationId { get; }
        public string OrderId { get; }
        /// <summary>Null while only a cancellation was reported.</summary>
        public string Status { get; }
        public string DeliveryStatus { get; }
        /// <summary>Who drives, as the delivery service reports it, or null.</summary>
        public IReadOnlyDictionary<string, object> DriverDetails { get; }
        /// <summary>preparing, ready, driver_here, on_the_way, completed and so on.</summary>
        public string Stage { get; }
        public IReadOnlyList<string> Attention { get; }
        /// <summary>What the newest event may be a repeat of, or null.</summary>
        public IReadOnlyDictionary<string, object> SameReportAs { get; }
        /// <summary>The newest handover that was not undone, or null.</summary>
        public IReadOnlyDictionary<string, object> HandedOver { get; }
        /// <summary>What somebody at the counter has seen: cancel and driver_change, each or null.</summary>
        public IReadOnlyDictionary<string, object> Acknowledged { get; }
        public long Revision { get; }
        public string FirstReceivedAt { get; }
        public string UpdatedAt { get; }
        public string StageSince { get; }
        /// <summary>Everything, as it came; Json.Write gives its text.</summary>
        public IReadOnlyDictionary<string, object> All { get; }

        internal Order(IReadOnlyDictionary<string, object> all)
        {
            All = all;
            LocationId = (string)all["location_id"];
            OrderId = (string)all["order_id"];
            Status = (string)all["status"];
            DeliveryStatus = (string)all["delivery_status"];
            DriverDetails = (IReadOnlyDictionary<string, object>)all["driver_details"];
            Stage = (string)all["stage"];
            Attention = ((IEnumerable<object>)all["attention"]).Cast<string>().ToList();
            SameReportAs = (IReadOnlyDictionary<string, object>)all["same_report_as"];
            // A service before this client has neither, as while instances are upgraded one after the other.
            HandedOver = all.TryGetValue("handed_over", out var handedOver)
                ? (IReadOnlyDictionary<string, object>)handedOver
                : null;
            Acknowledged = all.TryGetValue("acknowledged", out var acknowledged)
                ? (IReadOnlyDictionary<string, object>)acknowledged
                : new Dictionary<string, object> { ["cancel"] = null, ["driver_change"] = null };
            Revision = ((JsonNumber)all["revision"]).ToInt64();
            FirstReceivedAt = (string)all["first_received_at"];
            UpdatedAt = (string)all["updated_at"];
            StageSince = (string)all["stage_since"];
        }
    }

    /// <summary>
    /// One piece of news. Type says which it is: order.state (view orders) has Revision and Order; order.updated,
    /// order.canceled, and rail.handed_over, rail.acknowledged and rail.undone (view events) have Revision, Data, Stage,
    /// Attention, Source and Verdict; order.removed says that retention deleted the order. What an item does not have is
    /// null.
    /// </summary>
    public sealed class Item
    {
        public string Position { get; }
        public string LocationId { get; }
        public string OrderId { get; }
        public string Type { get; }
        public string ReceivedAt { get; }
        public long? Revision { get; }
        public Order Order { get; }
        /// <summary>"object" of the delivery; its numbers are JsonNumber.</summary>
        public IReadOnlyDictionary<string, object> Data { get; }
        public string Stage { get; }
        public IReadOnlyList<string> Attention { get; }
        public string Source { get; }
        public string Verdict { get; }
        /// <summary>Everything, as it came; Json.Write gives its text.</summary>
        public IReadOnlyDictionary<string, object> All { get; }

        internal Item(IReadOnlyDictionary<string, object> all)
        {
            Func<string, object> of = name => all.TryGetValue(name, out var value) ? value : null;
            All = all;
            Position = (string)all["position"];
            LocationId = (string)all["location_id"];
            OrderId = (string)all["order_id"];
            Type = (string)all["type"];
            ReceivedAt = (string)all["received_at"];
            Revision = (of("revision") as JsonNumber)?.ToInt64();
            Order = of("order") is IReadOnlyDictionary<string, object> order ? new Order(order) : null;
            Data = (IReadOnlyDictionary<string, object>)of("data");
            Stage = (string)of("stage");
            Attention = (of("attention") as IEnumerable<object>)?.Cast<string>().ToList();
            Source = (string)of("source");
            Verdict = (string)of("verdict");
        }
    }

    /// <summary>An answer that is none of those that were asked for.</summary>
    public sealed class TicketRailException : Exception
    {
        public int Status { get; }
        /// <summary>As RFC 9457 has it; empty if the answer had none.</summary>
        public IReadOnlyDictionary<string, object> Problem { get; }
        /// <summary>How long the answer asks to wait, or null.</summary>
        public TimeSpan? RetryAfter { get; }

        internal TicketRailException(int status, IReadOnlyDictionary<string, object> problem, TimeSpan? retryAfter)
            : base(status + " " + Member(problem, "title") + ": " + Member(problem, "detail"))
        {
            Status = status;
            Problem = problem;
            RetryAfter = retryAfter;
        }

        /// <summary>Whether the problem is this one, such as consumer-not-found.</summary>
        public bool IsProblem(string code) => Member(Problem, "type") == "urn:ticket-rail:problem:" + code;

        private static string Member(IReadOnlyDictionary<string, object> problem, string name) =>
            problem.TryGetValue(name, out var value) ? value as string : null;
    }

    /// <summary>What a function of the program threw: never taken for an answer of the feed.</summary>
    internal sealed class ThrownException : Exception
    {
        internal ThrownException(Exception thrown) : base("", thrown)
        {
        }
    }

    /// <summary>What is followed, and how.</summary>
    public sealed class FollowOptions
    {
        /// <summary>
        /// Name under which Ticket Rail keeps the place of this one program; one that does not exist is made.
        /// </summary>
        public string Consumer { get; set; }
        /// <summary>orders: each order with news once, in its newest state. events: every fact.</summary>
        public string View { get; set; } = "orders";
        /// <summary>Where a consumer that does not exist yet begins: beginning or now.</summary>
        public string From { get; set; } = "beginning";
        /// <summary>Empty: all that the reader may see.</summary>
        public IReadOnlyList<string> Locations { get; set; } = new string[0];
        /// <summary>Most items that are handed over at once, 1 to 1,000.</summary>
        public int Limit { get; set; } = 1000;
        /// <summary>Seconds that an answer waits for news, 0 to 30.</summary>
        public int WaitSeconds { get; set; } = 30;
        /// <summary>
        /// Drops the copy. It is called when the client makes the consumer at the beginning, and on 410, which says that the
        /// log lacks the position of the copy. Null: following ends on 410, and where the consumer is made, the copy stays.
        /// </summary>
        public Func<Task> StartOver { get; set; }
        /// <summary>
        /// Is given each failure after which it asks again, such as a handler that threw, and how long until then.
        /// </summary>
        public Action<Exception, TimeSpan> OnFailure { get; set; } = (failure, pause) => { };

        internal string Query() =>
            "/feed?consumer=" + Uri.EscapeDataString(Consumer) + "&view=" + View + "&limit=" + Limit + "&wait=" + WaitSeconds
            + string.Concat(Locations.Select(location => "&location_id=" + Uri.EscapeDataString(location)));
    }

    /// <summary>A service of Ticket Rail. One for the whole program is enough.</summary>
    public sealed class TicketRailClient
    {
        /// <summary>The pause before the first repetition, and the most before any; each is twice the one before.</summary>
        private const double FirstPauseSeconds = 0.5;
        private const double LongestPauseSeconds = 30;
        /// <summary>Seconds that an answer may take beyond the time that it was asked to wait.</summary>
        private const int AnswerSeconds = 30;

        private static readonly Regex Url = new Regex(
            @"^https?://(?:[^\s/?#:@\[\]\\]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?(?:/[a-z0-9_.~%/-]*)?\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

        private static readonly IReadOnlyDictionary<string, object> Nothing = new Dictionary<string, object>();
        // Each answer has a time limit of its own.
        private readonly HttpClient http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        private readonly Random random = new Random();
        private readonly string url;
        private readonly string token;

        /// <param name="url">Where the service lies, such as http://localhost:8080.</param>
        /// <param name="token">Of a reader with the role pos; null where reading is open.</param>
        /// <exception cref="ArgumentException">The URL or the token can never work.</exception>
        public TicketRailClient(string url, string token = null)
        {
            var form = Url.Match(url ?? "");
            if (!form.Success || (form.Groups[1].Success && int.Parse(form.Groups[1].Value) > 65535))
                throw new ArgumentException("URL must be like http://localhost:8080 or https://pos.example.com/rail");
            if (!Regex.IsMatch(token ?? "", @"^[!-~]*\z"))
                throw new ArgumentException("token must have no white space, and only ASCII characters");
            this.url = url.TrimEnd('/');
            this.token = token ?? "";
        }

        /// <summary>
        /// Hands over the news of all orders, until it is canceled. Each item comes at least once. What the handler was
        /// given is committed only after it returned, and comes again if it threw or if the process ended: with the view
        /// orders, replace what you have by what comes; with events, take in each position once.
        /// </summary>
        /// <exception cref="TicketRailException">What no repetition mends, such as a token that is not known.</exception>
        public async Task FollowAsync(
            FollowOptions options,
            Func<IReadOnlyList<Item>, Task> handle,
            CancellationToken canceled = default(CancellationToken))
        {
            var failures = 0;
            var hasBegun = false;
            // With the position that the copy has, so that a log that lost it is noticed; at first it is not known.
            var known = "";
            while (!canceled.IsCancellationRequested)
            {
                Exception thrown;
                try
                {
                    var seconds = options.WaitSeconds + AnswerSeconds;
                    var page = await Call(HttpMethod.Get, options.Query() + known, null, seconds, canceled)
                        .ConfigureAwait(false);
                    var items = ((IEnumerable<object>)page["items"])
                        .Select(item => new Item((IReadOnlyDictionary<string, object>)item))
                        .ToList();
                    known = "&known=" + Uri.EscapeDataString((string)page["next"]);
                    hasBegun = true;
                    if (items.Count > 0)
                    {
                        await OfProgram(() => handle(items)).ConfigureAwait(false);
                        var position = new Dictionary<string, object> { ["position"] = page["next"] };
                        await Call(HttpMethod.Post, PathOf(options.Consumer) + "/commit", position).ConfigureAwait(false);
                    }
                    failures = 0;
                    continue;
                }
                catch (Exception caught) // whatever a handler throws is repeated, too
                {
                    thrown = caught;
                }
                if (canceled.IsCancellationRequested) return;
                var isFirst = !hasBegun && IsProblem(thrown, "consumer-not-found");
                hasBegun |= IsProblem(thrown, "feed-position-unknown");
                var left = await Mend(thrown, options, hasBegun).ConfigureAwait(false);
                // What was mended may be so again, as where two logs answer in turn: it waits as well.
                var failure = left ?? thrown;
                var answer = failure as TicketRailException;
                if (left == null)
                {
                    known = "";
                    hasBegun = true;
                    if (isFirst) continue;
                }
                else if (answer != null && !MayPass(answer.Status)) throw answer;
                failures++;
                double chance;
                lock (random) chance = random.NextDouble();
                var pause = Pause(failures, chance, answer?.RetryAfter);
                options.OnFailure(failure is ThrownException ? failure.InnerException : failure, pause);
                await Task.WhenAny(Task.Delay(pause, canceled)).ConfigureAwait(false);
            }
        }

        /// <summary>The same with a handler that is done when it returns.</summary>
        public Task FollowAsync(
            FollowOptions options,
            Action<IReadOnlyList<Item>> handle,
            CancellationToken canceled = default(CancellationToken))
        {
            Func<IReadOnlyList<Item>, Task> handled = items =>
            {
                handle(items);
                return Task.FromResult(true);
            };
            return FollowAsync(options, handled, canceled);
        }

        /// <summary>Sets a consumer to a place; one that does not exist is made.</summary>
        /// <param name="kind">from, position or time.</param>
        /// <param name="value">beginning or now; a position; a time.</param>
        public Task SetConsumerAsync(string name, string kind = "from", string value = "beginning") =>
            Call(HttpMethod.Put, PathOf(name), new Dictionary<string, object> { [kind] = value });

        /// <summary>An order as it stands, or null if there is none.</summary>
        public async Task<Order> OrderAsync(string locationId, string orderId)
        {
            var path = "/locations/" + Uri.EscapeDataString(locationId) + "/orders/" + Uri.EscapeDataString(orderId);
            try
            {
                return new Order(await Call(HttpMethod.Get, path).ConfigureAwait(false));
            }
            catch (TicketRailException failure) when (failure.IsProblem("order-not-found"))
            {
                return null;
            }
        }

        /// <summary>
        /// How long to wait after so many failures in a row. Half is left to chance, so that many do not come at once.
        /// </summary>
        internal static TimeSpan Pause(int failures, double chance, TimeSpan? asked)
        {
            var longest = Math.Min(LongestPauseSeconds, FirstPauseSeconds * Math.Pow(2, Math.Min(failures - 1, 16)));
            var pause = TimeSpan.FromSeconds(longest * (0.5 + chance / 2));
            return asked > pause ? asked.Value : pause;
        }

        /// <summary>
        /// What is wrong still, or null: then asking again helps. There may be a copy if it has begun.
        /// </summary>
        private async Task<Exception> Mend(Exception thrown, FollowOptions options, bool hasBegun)
        {
            var isLost = IsProblem(thrown, "feed-position-unknown") && options.StartOver != null;
            if (!isLost && !IsProblem(thrown, "consumer-not-found")) return thrown;
            try
            {
                // A program that ends from here on finds no consumer when it comes again.
                if (isLost) await Call(HttpMethod.Delete, PathOf(options.Consumer)).ConfigureAwait(false);
                var from = hasBegun && options.StartOver != null ? "beginning" : options.From;
                if (from == "beginning" && options.StartOver != null)
                    await OfProgram(options.StartOver).ConfigureAwait(false);
                await SetConsumerAsync(options.Consumer, "from", from).ConfigureAwait(false);
            }
            catch (Exception another)
            {
                // Where it was deleted meanwhile, the next answer says so.
                return IsProblem(another, "consumer-not-found") ? null : another;
            }
            return null;
        }

        private static async Task OfProgram(Func<Task> function)
        {
            try
            {
                await function().ConfigureAwait(false);
            }
            catch (Exception thrown)
            {
                throw new ThrownException(thrown);
            }
        }

        private static bool IsProblem(Exception thrown, string code) =>
            thrown is TicketRailException failure && failure.IsProblem(code);

        private static bool MayPass(int status) => status == 408 || status == 429 || status >= 500;

        private static string PathOf(string consumer) => "/consumers/" + Uri.EscapeDataString(consumer);

        private async Task<IReadOnlyDictionary<string, object>> Call(
            HttpMethod method,
            string path,
            IReadOnlyDictionary<string, object> body = null,
            int seconds = AnswerSeconds,
            CancellationToken canceled = default(CancellationToken))
        {
            using (var ended = CancellationTokenSource.CreateLinkedTokenSource(canceled))
            using (var request = new HttpRequestMessage(method, url + path))
            {
                ended.CancelAfter(TimeSpan.FromSeconds(seconds));
                if (token != "") request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
                if (body != null) request.Content = new StringContent(Json.Write(body), Encoding.UTF8, "application/json");
                using (var answer = await http.SendAsync(request, ended.Token).ConfigureAwait(false))
                {
                    if (answer.StatusCode == HttpStatusCode.NoContent) return Nothing;
                    var bytes = await answer.Content.ReadAsByteArrayAsync().ConfigureAwait(false);
                    IReadOnlyDictionary<string, object> value = null;
                    try
                    {
                        value = Json.Read(Encoding.UTF8.GetString(bytes)) as IReadOnlyDictionary<string, object>;
                    }
                    catch (FormatException)
                    {
                        // Whoever stands between may have cut it off.
                    }
                    if (!answer.IsSuccessStatusCode)
                        throw new TicketRailException((int)answer.StatusCode, value ?? Nothing, RetryAfter(answer.Headers));
                    return value ?? throw new IOException("the answer is no JSON object");
                }
            }
        }

        private static TimeSpan? RetryAfter(HttpResponseHeaders headers)
        {
            var asked = headers.RetryAfter;
            if (asked?.Date == null) return asked?.Delta;
            var left = asked.Date.Value - DateTimeOffset.UtcNow;
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Verifies what a destination is sent (Standard Webhooks).</summary>
    public static class Delivery
    {
        /// <summary>Most seconds that a delivery may be older or newer than the clock here.</summary>
        private const long ToleranceSeconds = 300;

        /// <summary>The id, or null if it is not authentic. The same id may come again.</summary>
        /// <param name="secrets">whsec_...; all of them verify, so that a secret is rotated without a gap.</param>
        /// <param name="header">Gives a header by its name, or null.</param>
        /// <param name="body">What came, before anything parsed it.</param>
        public static string Verify(IEnumerable<string> secrets, Func<string, string> header, byte[] body) =>
            Verify(secrets, header, body, DateTimeOffset.UtcNow);

        internal static string Verify(
            IEnumerable<string> secrets, Func<string, string> header, byte[] body, DateTimeOffset now)
        {
            var id = header("webhook-id");
            var timestamp = header("webhook-timestamp");
            var signatures = header("webhook-signature");
            if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(timestamp) || signatures == null) return null;
            if (timestamp.Length > 12 || !timestamp.All(one => one >= '0' && one <= '9')) return null;
            if (Math.Abs(now.ToUnixTimeSeconds() - long.Parse(timestamp)) > ToleranceSeconds) return null;
            var signed = Encoding.UTF8.GetBytes(id + "." + timestamp + ".").Concat(body).ToArray();
            var isAuthentic = false;
            foreach (var secret in secrets)
            {
                byte[] key;
                try
                {
                    var isMarked = secret.StartsWith("whsec_", StringComparison.Ordinal);
                    key = Convert.FromBase64String(isMarked ? secret.Substring(6) : secret);
                }
                catch (FormatException)
                {
                    continue;
                }
                if (key.Length == 0) continue;
                using (var hmac = new HMACSHA256(key))
                {
                    var expected = "v1," + Convert.ToBase64String(hmac.ComputeHash(signed));
                    foreach (var given in signatures.Split(' ')) isAuthentic |= IsEqual(expected, given);
                }
            }
            return isAuthentic ? id : null;
        }

        /// <summary>Takes as long wherever the two differ.</summary>
        private static bool IsEqual(string expected, string given)
        {
            if (expected.Length != given.Length) return false;
            var difference = 0;
            for (var at = 0; at < expected.Length; at++) difference |= expected[at] ^ given[at];
            return difference == 0;
        }
    }

    /// <summary>A number with the digits that it came with, which no type of .NET holds all.</summary>
    public sealed class JsonNumber : IEquatable<JsonNumber>
    {
        private readonly string digits;

        internal JsonNumber(string digits)
        {
            this.digits = digits;
        }

        /// <exception cref="FormatException">It is no integer.</exception>
        /// <exception cref="OverflowException">It has over 64 bits.</exception>
        public long ToInt64() => long.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        /// <exception cref="OverflowException">It is beyond a decimal.</exception>
        public decimal ToDecimal() => decimal.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);

        public double ToDouble() => double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);

        public bool Equals(JsonNumber other) => other != null && other.digits == digits;

        public override bool Equals(object other) => Equals(other as JsonNumber);

        public override int GetHashCode() => digits.GetHashCode();

        /// <summary>The digits.</summary>
        public override string ToString() => digits;
    }

    /// <summary>
    /// JSON (RFC 8259) as dictionaries, lists, strings, JsonNumber, booleans and null. It takes no text that is not JSON.
    /// </summary>
    public sealed class Json
    {
        /// <summary>Deepest nesting that is read, so that no text exhausts the stack.</summary>
        private const int Deepest = 512;

        private readonly string text;
        private int at;

        private Json(string text)
        {
            this.text = text;
        }

        /// <exception cref="FormatException">It is no JSON.</exception>
        public static object Read(string text)
        {
            var json = new Json(text);
            var value = json.Value(0);
            json.Space();
            if (json.at < text.Length) throw json.Wrong();
            return value;
        }

        public static string Write(object value)
        {
            var text = new StringBuilder();
            Write(value, text);
            return text.ToString();
        }

        private static void Write(object value, StringBuilder text)
        {
            if (value == null) text.Append("null");
            else if (value is string) Quote((string)value, text);
            else if (value is bool) text.Append((bool)value ? "true" : "false");
            else if (value is IEnumerable<KeyValuePair<string, object>>)
            {
                var before = "";
                text.Append('{');
                foreach (var member in (IEnumerable<KeyValuePair<string, object>>)value)
                {
                    Quote(member.Key, text.Append(before));
                    Write(member.Value, text.Append(':'));
                    before = ",";
                }
                text.Append('}');
            }
            else if (value is IEnumerable<object>)
            {
                var before = "";
                text.Append('[');
                foreach (var element in (IEnumerable<object>)value)
                {
                    Write(element, text.Append(before));
                    before = ",";
                }
                text.Append(']');
            }
            else text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        private static void Quote(string value, StringBuilder text)
        {
            text.Append('"');
            foreach (var one in value)
            {
                if (one == '"' || one == '\\') text.Append('\\').Append(one);
                else if (one < ' ' || char.IsSurrogate(one)) text.Append("\\u").Append(((int)one).ToString("x4"));
                else text.Append(one);
            }
            text.Append('"');
        }

        private object Value(int depth)
        {
            Space();
            if (depth > Deepest || at == text.Length) throw Wrong();
            switch (text[at])
            {
                case '{':
                    return Members(depth);
                case '[':
                    return Elements(depth);
                case '"':
                    return String();
                case 't':
                    return Word("true", true);
                case 'f':
                    return Word("false", false);
                case 'n':
                    return Word("null", null);
                default:
                    return Number();
            }
        }

        private Dictionary<string, object> Members(int depth)
        {
            var members = new Dictionary<string, object>();
            at++;
            Space();
            if (Took('}')) return members;
            do
            {
                Space();
                var name = String();
                Space();
                if (!Took(':')) throw Wrong();
                members[name] = Value(depth + 1);
                Space();
            }
            while (Took(','));
            if (!Took('}')) throw Wrong();
            return members;
        }

        private List<object> Elements(int depth)
        {
            var elements = new List<object>();
            at++;
            Space();
            if (Took(']')) return elements;
            do
            {
                elements.Add(Value(depth + 1));
                Space();
            }
            while (Took(','));
            if (!Took(']')) throw Wrong();
            return elements;
        }

        private string String()
        {
            if (!Took('"')) throw Wrong();
            var result = new StringBuilder();
            for (;;)
            {
                if (at == text.Length) throw Wrong();
                var one = text[at++];
                if (one == '"') return result.ToString();
                if (one < ' ') throw Wrong();
                result.Append(one == '\\' ? Escaped() : one);
            }
        }

        private char Escaped()
        {
            if (at == text.Length) throw Wrong();
            var one = text[at++];
            var plain = "\"\\/bfnrt".IndexOf(one);
            if (plain >= 0) return "\"\\/\b\f\n\r\t"[plain];
            if (one != 'u' || at + 4 > text.Length) throw Wrong();
            if (!ushort.TryParse(text.Substring(at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
                throw Wrong();
            at += 4;
            return (char)code;
        }

        private JsonNumber Number()
        {
            var start = at;
            Took('-');
            if (!Took('0')) Digits();
            if (Took('.')) Digits();
            if (Took('e') || Took('E'))
            {
                if (!Took('+')) Took('-');
                Digits();
            }
            return new JsonNumber(text.Substring(start, at - start));
        }

        private void Digits()
        {
            var start = at;
            while (at < text.Length && text[at] >= '0' && text[at] <= '9') at++;
            if (at == start) throw Wrong();
        }

        private object Word(string word, object value)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) throw Wrong();
            at += word.Length;
            return value;
        }

        private bool Took(char one)
        {
            if (at == text.Length || text[at] != one) return false;
            at++;
            return true;
        }

        private void Space()
        {
            while (at < text.Length && " \t\n\r".IndexOf(text[at]) >= 0) at++;
        }

        private FormatException Wrong() => new FormatException("no JSON at character " + at);
    }
}
