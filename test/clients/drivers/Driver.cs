using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text;
using System.Threading.Tasks;
using TicketRail;

/// <summary>What test/clients/languages.ts tells of, in C#.</summary>
internal static class Driver
{
    private static int handed;
    private static int begun;

    private static string Env(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    private static void Say(params object[] fields)
    {
        var line = Encoding.UTF8.GetBytes(string.Join("\t", fields) + "\n");
        using (var output = Console.OpenStandardOutput())
        {
            output.Write(line, 0, line.Length);
            output.Flush();
        }
    }

    private static void TakeIn(IReadOnlyList<Item> items)
    {
        handed++;
        if (handed == int.Parse(Env("THROW_AT")))
        {
            // As another service of Ticket Rail may answer that a handler asks.
            var lost = new Dictionary<string, object> { ["type"] = "urn:ticket-rail:problem:feed-position-unknown" };
            throw new TicketRailException(410, lost, null);
        }
        foreach (var item in items)
        {
            object reference = null;
            item.Data?.TryGetValue("ref", out reference);
            Say("item", item.LocationId, item.OrderId, (object)item.Revision ?? "-", reference ?? "-");
        }
        if (handed == int.Parse(Env("DIE_AT"))) Process.GetCurrentProcess().Kill();
    }

    private static async Task StartOver()
    {
        await Task.Yield();
        Say("start over");
        begun++;
        if (begun == 1 && Env("START_OVER") == "throws") throw new InvalidOperationException("the database is away");
        if (Env("START_OVER") == "dies") Process.GetCurrentProcess().Kill();
    }

    private static async Task Follow(TicketRailClient rail)
    {
        var options = new FollowOptions
        {
            Consumer = Env("CONSUMER"),
            View = Env("VIEW"),
            From = Env("FROM"),
            Locations = Env("LOCATION") == "" ? new string[0] : new[] { Env("LOCATION") },
            Limit = int.Parse(Env("LIMIT")),
            WaitSeconds = 1,
            OnFailure = (failure, pause) => Say("failed", (failure as TicketRailException)?.Status ?? 0),
        };
        if (Env("START_OVER") != "") options.StartOver = StartOver;
        try
        {
            await rail.FollowAsync(options, TakeIn);
        }
        catch (TicketRailException failure)
        {
            Say("ended", failure.Status, failure.IsProblem(Env("PROBLEM")) ? "true" : "false");
        }
    }

    private static void Verify()
    {
        string line;
        while ((line = Console.ReadLine()) != null)
        {
            var fields = line.Split('\t');
            var headers = new Dictionary<string, string>
            {
                ["webhook-id"] = fields[1],
                ["webhook-timestamp"] = fields[2],
                ["webhook-signature"] = fields[3],
            };
            var now = DateTimeOffset.FromUnixTimeSeconds(long.Parse(fields[5]));
            Func<string, string> header = name => headers[name] == "" ? null : headers[name];
            Say(Delivery.Verify(fields[0].Split(' '), header, Convert.FromBase64String(fields[4]), now) ?? "-");
        }
    }

    private static string TextOf(string field) =>
        field == "-" ? null : Encoding.UTF8.GetString(Convert.FromBase64String(field));

    private static void Connect()
    {
        string line;
        while ((line = Console.ReadLine()) != null)
        {
            var fields = line.Split('\t');
            try
            {
                new TicketRailClient(TextOf(fields[0]), TextOf(fields[1]) ?? "");
                Say("taken");
            }
            catch (ArgumentException refusal)
            {
                Say("refused", refusal.Message);
            }
        }
    }

    private static void Main(string[] arguments)
    {
        if (arguments[0] == "verify")
        {
            Verify();
            return;
        }
        if (arguments[0] == "connect")
        {
            Connect();
            return;
        }
        var rail = new TicketRailClient(Env("URL"), Env("TOKEN"));
        if (arguments[0] == "follow")
        {
            Follow(rail).GetAwaiter().GetResult();
            return;
        }
        var order = rail.OrderAsync(Env("LOCATION"), Env("ORDER")).GetAwaiter().GetResult();
        if (order == null) Say("none");
        else Say(order.Stage, order.Revision);
    }
}
