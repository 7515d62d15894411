package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.method.PlanCheck;
import java.util.List;
import java.util.OptionalDouble;

/** What the proofs of a prune's cuts found. */
record Proofs(List<PlanCheck.Finding> findings) {

  /** One line a cut. */
  List<String> lines() {
    return findings.stream().map(finding -> "proof: " + finding.detail()).toList();
  }

  /** The largest difference of all cuts; empty where nothing was cut. */
  OptionalDouble maxDifference() {
    return findings.stream().mapToDouble(PlanCheck.Finding::maxDifference).max();
  }

  void fill(ObjectNode object) {
    maxDifference().ifPresent(difference -> object.put("maxDifference", difference));
    object.put("passed", findings.stream().allMatch(PlanCheck.Finding::passed));
    ArrayNode details = object.putArray("details");
    findings.forEach(finding -> details.add(finding.detail()));
  }
}
