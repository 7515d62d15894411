package io.espalier.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.espalier.method.PlanCheck;
import java.util.List;

/** What the proofs of a prune's cuts found. */
record Proofs(List<PlanCheck.Finding> findings) {

  /** One line a cut. */
  List<String> lines() {
    return findings.stream().map(finding -> "proof: " + finding.detail()).toList();
  }

  /** The largest difference of all cuts. */
  double maxDifference() {
    return findings.stream().mapToDouble(PlanCheck.Finding::maxDifference).max().orElse(Double.NaN);
  }

  void fill(ObjectNode object) {
    object.put("maxDifference", maxDifference());
    object.put("passed", findings.stream().allMatch(PlanCheck.Finding::passed));
    ArrayNode details = object.putArray("details");
    findings.forEach(finding -> details.add(finding.detail()));
  }
}
