/**
 * Agreement and override share one denominator, claims that a person reviewed and that are decided: only there the
 * two rates add up to one question. Each other claim has exactly one reason, so that all counts give the total.
 */
export const REVIEW_CLASS = `CASE
    WHEN final_decision IS NULL THEN 'pending'
    WHEN ai_decision IS NULL THEN 'no_ai'
    WHEN human_decision IS NULL THEN 'auto'
    ELSE 'reviewed'
  END`

export const REVIEW_COUNTS = `COUNT(CASE WHEN review = 'reviewed' THEN 1 END) AS denominator,
  COUNT(CASE WHEN review = 'pending' THEN 1 END) AS excluded_pending,
  COUNT(CASE WHEN review = 'no_ai' THEN 1 END) AS excluded_no_ai,
  COUNT(CASE WHEN review = 'auto' THEN 1 END) AS excluded_auto`
