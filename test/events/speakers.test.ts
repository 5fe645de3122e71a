import { describe, expect, it } from "vitest";
import { catalogue, eventTypes, type EventType } from "../../src/events/catalogue.ts";

const speakersOf = (type: EventType): readonly string[] => catalogue[type].saidBy;
const isRole = (speaker: string): boolean => speaker.startsWith("role:");

describe("who may say what", () => {
  it("names a speaker for every type", () => {
    for (const type of eventTypes) expect(speakersOf(type).length, type).toBeGreaterThan(0);
  });

  it("lets no role say what a person said", () => {
    expect(speakersOf("decision.submitted")).toEqual(["frontend"]);
  });

  it("lets nobody but the gate say what came of a decision", () => {
    const outcomes = eventTypes.filter((type) =>
      /^(handoff|approval|decision\.refused|action\.(?!proposed)|case\.(assigned|labelled|unlabelled|closed|reopened|linked)|finding|suppression|tuning\.decided|role\.(paused|resumed))/.test(
        type,
      ),
    );
    expect(outcomes.length).toBeGreaterThanOrEqual(20);
    // How a source closed its own alert is a label too, of a shape of its own and never a person's (keys.ts).
    const besides: Partial<Record<EventType, string[]>> = { "case.labelled": ["source"] };
    for (const type of outcomes) expect(speakersOf(type), type).toEqual(["gate", ...(besides[type] ?? [])]);
  });

  it("lets a role say findings and proposals, and nothing that acts, schedules, runs or operates", () => {
    const said = eventTypes.filter((type) => speakersOf(type).some(isRole)).sort();
    expect(said).toEqual([
      "action.proposed",
      "alert.triaged",
      "campaign.detected",
      "case.escalated",
      "case.investigated",
      "hunt.reported",
      "intel.reported",
      "response.planned",
      "shift.summarised",
      "tuning.reported",
    ]);
  });
});
