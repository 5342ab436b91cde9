#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <kainjow/mustache.hpp>

#include "jcs/diagnosis/result/case_result.hpp"
#include "jcs/imaging/ct_volume.hpp"
#include "jcs/report/options.hpp"

namespace jcs::report {

/// What the page's template is filled with. The template looks a name up in the enclosing sections
/// too, so every object names all the fields that its section uses: false where there is nothing.
using PageData = kainjow::mustache::data;

PageData page_list();
/// The text, or false when it is empty.
PageData text_or_false(const std::string& text);
/// {name, value, missing}; an empty value reads "not given" and is marked as missing.
PageData named_fact(const std::string& name, const std::string& value);

/// Who and which study: what is given of it. @param info as the identity asked for leaves it
PageData identity_facts(const imaging::SeriesInfo& info, const ReportOptions& options);
/// The tables of facts: series, timing. @param info likewise
PageData fact_tables(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                     const imaging::SeriesInfo& info);
/// What speaks against a verdict.
PageData concern_list(const std::vector<diagnosis::Concern>& concerns);
/// Lungs and opacities in clinical terms.
PageData findings_section(const diagnosis::CaseResult& result, const imaging::CtVolume& volume);
/// All slices to leaf through, with coronal and sagittal cuts.
PageData browser(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                 const ReportOptions& options);
/// Height of a pixel, of its width; 1 where the spacing is not known.
double pixel_aspect(const imaging::CtVolume& volume);
PageData weights_list(const diagnosis::CaseResult& result);

/// One object for each slice shown, with its pictures.
PageData slice_list(const diagnosis::CaseResult& result, const imaging::CtVolume& volume,
                    const std::vector<std::size_t>& slices, const ReportOptions& options);
/// The letter of the n-th slice shown: A, B, …
std::string slice_letter(std::size_t n);

/// The column charts along the body axis and the marks and ticks that go with them.
PageData chart_list(const diagnosis::CaseResult& result, const std::vector<std::size_t>& slices);
PageData axis_ticks(const diagnosis::CaseResult& result);

}  // namespace jcs::report
