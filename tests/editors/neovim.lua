-- Drives Neovim with a Compose file open: waits for findings, applies the fix that `PLIMSOLL_TITLE` names by the code
-- action, waits until nothing is found, and saves. The configuration is that of docs/editors.md.

local PATIENCE = 20000

local function fail(why)
  io.stderr:write(why .. "\n")
  vim.cmd("cquit")
end

local function found()
  return vim.diagnostic.get(0)
end

local function main()
  local text = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  if not vim.wait(PATIENCE, function() return #found() > 0 end, 20) then
    return fail("no findings: is the server attached? filetype " .. vim.bo.filetype)
  end
  local finding = found()[1]
  if finding.source ~= "plimsoll" then
    return fail("a finding of somebody else: " .. vim.inspect(finding))
  end
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })

  local titles = {}
  vim.ui.select = function(items, options, choose)
    for index, item in ipairs(items) do
      local title = options.format_item(item)
      table.insert(titles, title)
      if vim.startswith(title, vim.env.PLIMSOLL_TITLE) then
        return choose(item, index)
      end
    end
    fail("the fix is not offered: " .. vim.inspect(titles))
  end
  vim.lsp.buf.code_action()

  local function is_changed()
    return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n") ~= text
  end
  if not vim.wait(PATIENCE, is_changed, 20) then
    return fail("the fix was not applied; offered was " .. vim.inspect(titles))
  end
  if not vim.wait(PATIENCE, function() return #found() == 0 end, 20) then
    return fail("still found after the fix: " .. vim.inspect(found()))
  end
  vim.cmd("silent write")
  vim.cmd("silent quitall!")
end

local ok, why = pcall(main)
if not ok then fail(tostring(why)) end
